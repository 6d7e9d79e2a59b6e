from __future__ import annotations

from datetime import UTC, datetime, timedelta
from hashlib import sha256
from random import Random

import pytest

from doorward.declaration.declared import DeclaredServiceToken
from doorward.model.credential_secret import SERVICE_TOKEN_PREFIX, new_secret
from doorward.model.ids import ServiceTokenId
from doorward.model.service_token import CleanUp, UnusedServiceTokens
from tests.declaration.files import FULL, declared, merged, problem, said, section


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


def test_a_secret_of_our_own_form_that_is_not_whole_is_told() -> None:
    whole = new_secret(SERVICE_TOKEN_PREFIX, Random(1).randrange)
    tokens = declared(section("service_tokens", f"{{id: ci, secret: {whole}}}")).service_tokens
    assert tokens is not None
    assert tokens[0].secret_hash == sha256(whole.encode()).hexdigest()
    found = problem(section("service_tokens", f"{{id: ci, secret: {whole[:-1]}}}"))
    assert (found.field, found.problem) == (
        "service_tokens[0].secret",
        "begins with dwst_ and is not whole: a character is wrong or missing",
    )


# --- rotation and disabling --------------------------------------------------------------------------

UNTIL = "previous_until: 2027-01-31T12:00:00Z"
HASHES = f"secret_hash: {'1' * 64}, previous_secret_hash: {'0' * 64}"


def test_a_rotation_can_be_declared() -> None:
    (token,) = merged(
        section("service_tokens", f"{{id: ci, disabled: true, {HASHES}, {UNTIL}}}")
    ).service_tokens
    assert token.disabled
    assert (token.secret_hash, token.previous_secret_hash) == ("1" * 64, "0" * 64)
    assert token.previous_until == datetime(2027, 1, 31, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("fields", "field"),
    [(HASHES, "previous_secret_hash"), (f"secret_hash: {'1' * 64}, {UNTIL}", "previous_until")],
)
def test_half_a_rotation_is_told(fields: str, field: str) -> None:
    found = problem(section("service_tokens", f"{{id: ci, {fields}}}"))
    assert found.field == f"service_tokens[0].{field}"
    assert "give both, or neither" in found.problem


def test_a_rotation_to_the_same_secret_is_none() -> None:
    same = f"secret_hash: {'1' * 64}, previous_secret_hash: {'1' * 64}"
    (line,) = said(section("service_tokens", f"{{id: ci, {same}, {UNTIL}}}"))
    assert "service_tokens[0].previous_secret: is the present secret" in line


def test_a_rotation_by_command_outlives_an_apply_that_gives_no_secret_or_the_present_one() -> None:
    before = merged(section("service_tokens", f"{{id: ci, {HASHES}, {UNTIL}}}"))
    assert merged(section("service_tokens", "{id: ci}"), before) == before
    assert merged(section("service_tokens", f"{{id: ci, secret_hash: {'1' * 64}}}"), before) == before
    (other,) = merged(
        section("service_tokens", f"{{id: ci, secret_hash: {'2' * 64}}}"), before
    ).service_tokens
    assert (other.previous_secret_hash, other.previous_until) == ("", None)


# --- unused ones -------------------------------------------------------------------------------------


def test_what_becomes_of_unused_tokens_is_off_or_a_rule() -> None:
    rule = merged("version: 1\nunused_service_tokens: {after: 90d}\n")
    assert rule.unused_service_tokens == UnusedServiceTokens(after=timedelta(days=90))
    deleting = merged("version: 1\nunused_service_tokens: {after: 365d, action: delete}\n", rule)
    assert deleting.unused_service_tokens == UnusedServiceTokens(
        after=timedelta(days=365), action=CleanUp.DELETE
    )
    assert merged("version: 1\n", rule) == rule
    assert merged("version: 1\nunused_service_tokens: off\n", rule).unused_service_tokens is None


@pytest.mark.parametrize(
    ("value", "field"),
    [
        ("never", "unused_service_tokens"),
        ("[]", "unused_service_tokens"),
        ("{action: delete}", "unused_service_tokens.after"),
        ("{after: 29d}", "unused_service_tokens.after"),
        ("{after: 366d}", "unused_service_tokens.after"),
        ("{after: 90d, action: mail}", "unused_service_tokens.action"),
    ],
)
def test_what_is_no_such_rule_is_told(value: str, field: str) -> None:
    assert problem(f"version: 1\nunused_service_tokens: {value}\n").field == field
