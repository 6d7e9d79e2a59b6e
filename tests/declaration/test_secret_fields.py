from __future__ import annotations

import pytest

from doorward.declaration.declared import DeclaredSettings
from doorward.model.identity_provider import OpenIdConnect
from tests.declaration.files import declared, problem, said, section


def provider(rest: str) -> str:
    common = "id: entra, type: oidc, issuer: 'https://login.example.com', client_id: abc"
    return section("identity_providers", f"{{{common}, {rest}}}")


def secret(text: str) -> str | None:
    providers = declared(text).identity_providers
    assert providers is not None
    settings = providers[0].settings
    assert isinstance(settings, DeclaredSettings)
    assert isinstance(settings.settings, OpenIdConnect)
    return None if "client_secret" in settings.unsaid else str(settings.settings.client_secret)


@pytest.mark.parametrize(
    ("rest", "given"),
    [
        ("client_secret: in the file", "in the file"),
        ("client_secret_file: entra.secret", "from a file"),
        ("client_secret_env: BOB", "from the environment"),
        ("client_secret: ''", ""),
        ("name: no secret", None),
    ],
)
def test_a_secret_comes_from_one_of_three_places_or_is_left_out(rest: str, given: str | None) -> None:
    assert secret(provider(rest)) == given


@pytest.mark.parametrize(
    ("rest", "field", "fix"),
    [
        ("client_secret: ", "client_secret", "is empty: give a value, or leave the field out"),
        ("client_secret_file: gone", "client_secret_file", "cannot read 'gone': No such file or directory"),
        ("client_secret_file: binary", "client_secret_file", "cannot read 'binary': it is not UTF-8 text"),
        ("client_secret_env: GONE", "client_secret_env", "variable 'GONE', which is not set or empty"),
        ('client_secret: "hunter2\\n"', "client_secret", "line end or control character"),
        ("client_secret: [hunter2]", "client_secret", "is a list: give a single value"),
        (
            "client_secret: hunter2, client_secret_file: entra.secret",
            "client_secret_file",
            "give only one of client_secret, client_secret_file, client_secret_env",
        ),
    ],
)
def test_a_secret_that_cannot_be_had_is_told_without_repeating_it(rest: str, field: str, fix: str) -> None:
    found = problem(provider(rest))
    assert (found.line, found.field) == (3, f"identity_providers[0].{field}")
    assert fix in found.problem
    assert "hunter2" not in str(found)


def test_a_hash_beside_a_secret_is_one_too_many() -> None:
    token = f"{{id: ci, secret: {'x' * 40}, secret_hash: {'0' * 64}}}"
    assert said(section("service_tokens", token)) == [
        (
            "access.yaml:3: service_tokens[0].secret_hash: stands beside secret: "
            "give only one of secret, secret_file, secret_env, secret_hash"
        )
    ]
