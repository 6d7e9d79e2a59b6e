from __future__ import annotations

from datetime import UTC, datetime
from hashlib import sha256

import pytest

from doorward.declaration.declared import DeclaredServiceToken
from doorward.model.ids import ServiceTokenId
from tests.declaration.files import FULL, declared, problem, said, section


def test_of_a_secret_only_its_hash_is_kept() -> None:
    assert declared(FULL).service_tokens == (
        DeclaredServiceToken(
            id=ServiceTokenId("ci"),
            name="Continuous integration",
            client_id="ci-1.access",
            secret_hash=sha256(b"0123456789abcdef0123456789abcdef").hexdigest(),
            expires=datetime(2027, 1, 31, 10, tzinfo=UTC),
        ),
    )


def test_the_hash_may_be_given_instead_or_everything_left_out() -> None:
    tokens = declared(
        section("service_tokens", f"{{id: a, secret_hash: {'0' * 64}}}", "{id: b}")
    ).service_tokens
    assert tokens is not None
    assert [token.secret_hash for token in tokens] == ["0" * 64, None]
    assert [token.client_id for token in tokens] == [None, None]


@pytest.mark.parametrize("secret", ["hunter2", "", "é" * 40, "a" * 2000])
def test_a_secret_that_could_be_guessed_is_refused_unseen(secret: str) -> None:
    found = problem(section("service_tokens", f"{{id: ci, secret: '{secret}'}}"))
    assert (found.line, found.field) == (3, "service_tokens[0].secret")
    assert found.problem == "must be 32 to 1024 visible ASCII characters, made at random"


def test_a_short_secret_is_told_where_it_was_named() -> None:
    found = problem(section("service_tokens", "{id: ci, secret_env: BOB}"))
    assert found.field == "service_tokens[0].secret_env"


@pytest.mark.parametrize("client_id", ["a b", ".a", "ä", "a" * 129])
def test_what_is_no_client_id_is_told(client_id: str) -> None:
    found = problem(section("service_tokens", f"{{id: ci, secret_hash: {'0' * 64}, client_id: {client_id}}}"))
    assert found.field == "service_tokens[0].client_id"
    assert found.problem == "is not a client id: use 1-128 letters, digits, dots, hyphens and underscores"


def test_no_two_tokens_share_a_client_id() -> None:
    items = [f"{{id: {name}, secret_hash: {'0' * 64}, client_id: c}}" for name in ("a", "b")]
    assert said(section("service_tokens", *items)) == [
        "access.yaml:4: service_tokens[1].client_id: 'c' stands on line 3 already: give each its own"
    ]
