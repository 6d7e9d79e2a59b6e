from __future__ import annotations

import hashlib

import pytest

from tests.declaration.files import FULL, declared, said, section


def scim_hash(more: str) -> str | None:
    text = section("identity_providers", f"{{id: a, type: oidc, issuer: 'https://a', client_id: b, {more}}}")
    providers = declared(text).identity_providers
    assert providers is not None
    return providers[0].scim_token_hash


def test_of_a_scim_token_only_the_hash_is_kept() -> None:
    token = "a-token-of-twenty-four-letters"
    assert scim_hash(f"scim_token: {token}") == hashlib.sha256(token.encode()).hexdigest()
    assert scim_hash("scim_token: ''") == ""
    assert scim_hash("name: none said") is None


WRONG = [
    (
        ["{id: a, name: A}"],
        "identity_providers[0].type: is missing: give one of local, oidc, onetimepin",
    ),
    (
        ["{id: a, type: locl, accounts: []}"],
        (
            "identity_providers[0].type: 'locl' is not a type of identity provider here: "
            "did you mean 'local'? allowed: local, oidc, onetimepin"
        ),
    ),
    (
        ["{id: a, type: local, accounts: []}", "{id: a, type: local, accounts: []}"],
        "identity_providers[1].id: 'a' stands on line 3 already: give each its own",
    ),
    (
        ["{id: a, name: A, type: local, accounts: []}", "{id: b, name: A, type: local, accounts: []}"],
        "identity_providers[1].name: 'A' stands on line 3 already: give each its own",
    ),
    (
        ["{id: a, type: oidc, issuer: 'https://a', client_id: b, scim_token: guessable}"],
        (
            "identity_providers[0].scim_token: must have at least 24 characters: "
            "it is the whole protection of SCIM"
        ),
    ),
    (
        ["{id: a, type: local, accounts: [], scim_token_hash: ''}"],
        (
            "identity_providers[0].scim_token_hash: 'scim_token_hash' is not a field here: "
            "allowed: id, name, type, accounts, second_factor"
        ),
    ),
]


@pytest.mark.parametrize(("items", "sentence"), WRONG)
def test_a_wrong_provider_is_told(items: list[str], sentence: str) -> None:
    line = 2 + len(items)
    assert f"access.yaml:{line}: {sentence}" in said(section("identity_providers", *items))


def test_no_representation_shows_a_secret() -> None:
    shown = repr(declared(FULL))
    for secret in ("correct horse", "from a file", "from the environment", "0123456789abcdef"):
        assert secret not in shown
