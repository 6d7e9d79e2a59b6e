from __future__ import annotations

import pytest

from doorward.declaration.declared import DeclaredAccount, DeclaredAccounts, DeclaredOpenIdConnect
from doorward.model.identity_provider import OpenIdConnect
from tests.declaration.certificate import certificate
from tests.declaration.files import FULL, declared, said, section


def test_local_accounts_are_read() -> None:
    providers = declared(FULL).identity_providers
    assert providers is not None
    assert (providers[0].id, providers[0].name) == ("staff", "Staff accounts")
    assert providers[0].settings == DeclaredAccounts(
        accounts=(
            DeclaredAccount(
                email="ada@example.com",
                name="Ada Lovelace",
                groups=frozenset({"engineers"}),
                password="correct horse",
            ),
            DeclaredAccount(email="bob@example.com", disabled=True, password="from the environment"),
        )
    )


def test_an_openid_connect_provider_is_read() -> None:
    providers = declared(FULL).identity_providers
    assert providers is not None
    assert providers[1].settings == DeclaredOpenIdConnect(
        settings=OpenIdConnect(
            issuer="https://login.example.com/",
            client_id="abc",
            scopes=("openid", "email"),
            email_claim="upn",
            groups_claim="roles",
            require_verified_email=False,
        ),
        client_secret="from a file",
    )


def test_what_is_left_out_has_the_defaults_of_the_nouns() -> None:
    text = section("identity_providers", "{id: a, type: oidc, issuer: 'https://a.example', client_id: b}")
    providers = declared(text).identity_providers
    assert providers is not None
    assert providers[0].name == ""
    assert providers[0].settings == DeclaredOpenIdConnect(
        settings=OpenIdConnect(issuer="https://a.example", client_id="b")
    )


WRONG = [
    (
        ["{id: a, name: A}"],
        "identity_providers[0].type: is missing: give one of local, oidc",
    ),
    (
        ["{id: a, type: locl, accounts: []}"],
        (
            "identity_providers[0].type: 'locl' is not a type of identity provider here: "
            "did you mean 'local'? allowed: local, oidc"
        ),
    ),
    (
        ["{id: a, type: local, accounts: [], issuer: b}"],
        "identity_providers[0].issuer: 'issuer' is not a field here: allowed: id, name, type, accounts",
    ),
    (
        ["{id: a, type: local}"],
        "identity_providers[0].accounts: is missing: this field is required",
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
        ["{id: a, type: local, accounts: [{email: b@c.de}, {email: B@c.de}]}"],
        "identity_providers[0].accounts[1].email: 'b@c.de' stands on line 3 already: give each its own",
    ),
    (
        ["{id: a, type: local, accounts: [{email: b@c.de, password: hunter2}]}"],
        "identity_providers[0].accounts[0].password: must have 8 to 1024 characters",
    ),
    (
        ["{id: a, type: oidc, issuer: 'https://a', client_id: b, scopes: [email]}"],
        "identity_providers[0].scopes: lacks openid, without which there is no sign-in: add it",
    ),
    (
        ["{id: a, type: oidc, issuer: 'https://a', client_id: b, scopes: [openid, 'a b']}"],
        "identity_providers[0].scopes[1]: is not a scope: write one word an item",
    ),
    (
        ["{id: a, type: oidc, issuer: 'https://a', client_id: b, ca: x, ca_file: y}"],
        "identity_providers[0].ca_file: stands beside ca: give only one of ca, ca_file",
    ),
    (
        ["{id: a, type: oidc, issuer: 'https://a', client_id: b, ca_file: entra.secret}"],
        (
            "identity_providers[0].ca_file: holds no readable certificate: give PEM, "
            "from -----BEGIN CERTIFICATE-----"
        ),
    ),
]


@pytest.mark.parametrize(("items", "sentence"), WRONG)
def test_a_wrong_provider_is_told(items: list[str], sentence: str) -> None:
    line = 2 + len(items)
    assert f"access.yaml:{line}: {sentence}" in said(section("identity_providers", *items))


def test_certificates_may_come_from_a_file(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tests.declaration.files.FILES", {"ca.pem": certificate()})
    text = section(
        "identity_providers", "{id: a, type: oidc, issuer: 'https://a', client_id: b, ca_file: ca.pem}"
    )
    providers = declared(text).identity_providers
    assert providers is not None
    assert isinstance(providers[0].settings, DeclaredOpenIdConnect)
    assert providers[0].settings.settings.ca == certificate()


def test_no_representation_shows_a_secret() -> None:
    shown = repr(declared(FULL))
    for secret in ("correct horse", "from a file", "from the environment", "0123456789abcdef"):
        assert secret not in shown
