"""Secrets that live on, seen through ``merge``."""

from __future__ import annotations

from dataclasses import replace

import pytest

from doorward.model.configuration import Configuration
from doorward.model.identity_provider import Account, LocalAccounts, OpenIdConnect
from tests.declaration.files import FULL, FakePasswords, merged, said, section

LOCAL = "id: staff, type: local"
OIDC = "id: entra, type: oidc, issuer: 'https://login.example.com/', client_id: abc"


def local(*accounts: str) -> str:
    return section("identity_providers", f"{{{LOCAL}, accounts: [{', '.join(accounts)}]}}")


def accounts(configuration: Configuration) -> tuple[Account, ...]:
    settings = configuration.identity_providers[0].settings
    assert isinstance(settings, LocalAccounts)
    return settings.accounts


def test_a_new_password_is_hashed() -> None:
    passwords = FakePasswords()
    found = accounts(merged(local("{email: a@b.de, password: correct horse}"), passwords=passwords))
    assert passwords.hashed == 1
    assert passwords.verify(found[0].password_hash, "correct horse")


def test_a_password_that_is_in_force_already_keeps_its_hash() -> None:
    passwords = FakePasswords()
    text = local("{email: a@b.de, password: correct horse}")
    before = merged(text)
    assert merged(text, before, passwords=passwords) == before
    assert passwords.hashed == 0


def test_another_password_replaces_the_one_before() -> None:
    before = merged(local("{email: a@b.de, password: correct horse}"))
    after = accounts(merged(local("{email: a@b.de, password: battery staple}"), before))
    assert FakePasswords().verify(after[0].password_hash, "battery staple")


def test_an_account_keeps_the_password_that_the_file_leaves_out() -> None:
    before = merged(local("{email: a@b.de, password: correct horse, groups: [x]}"))
    after = accounts(merged(local("{email: A@B.de, name: A, disabled: true}"), before))
    assert after == (
        Account(email="a@b.de", name="A", disabled=True, password_hash=accounts(before)[0].password_hash),
    )


@pytest.mark.parametrize("password_hash", ["", FakePasswords().hash("another")])
def test_a_given_hash_is_taken_as_it_is(password_hash: str) -> None:
    before = merged(local("{email: a@b.de, password: correct horse}"))
    text = local(f"{{email: a@b.de, password_hash: '{password_hash}'}}")
    assert accounts(merged(text, before))[0].password_hash == password_hash


def test_an_account_without_a_password_keeps_that() -> None:
    before = merged(local("{email: a@b.de, password_hash: ''}"))
    assert merged(local("{email: a@b.de}"), before) == before


def test_a_new_account_needs_a_password() -> None:
    before = merged(local("{email: a@b.de, password: correct horse}"))
    assert said(local("{email: a@b.de}", "{email: c@d.de}"), before) == [
        (
            "access.yaml:3: identity_providers[0].accounts[1].password: is missing, and c@d.de is new: "
            "give password, password_file, password_env or password_hash"
        )
    ]


def test_passwords_of_one_provider_are_not_those_of_another() -> None:
    before = merged(local("{email: a@b.de, password: correct horse}"))
    other = section("identity_providers", "{id: guests, type: local, accounts: [{email: a@b.de}]}")
    assert "a@b.de is new" in said(other, before)[0]


def oidc(rest: str = "", base: str = OIDC) -> str:
    return section("identity_providers", f"{{{base}{rest}}}")


def client(configuration: Configuration) -> OpenIdConnect:
    settings = configuration.identity_providers[0].settings
    assert isinstance(settings, OpenIdConnect)
    return settings


def test_a_provider_keeps_the_secret_that_the_file_leaves_out() -> None:
    before = merged(oidc(", client_secret: hush"))
    after = client(merged(oidc(", groups_claim: roles"), before))
    assert (after.client_secret, after.groups_claim) == ("hush", "roles")


@pytest.mark.parametrize("secret", ["other", ""])
def test_a_given_secret_is_taken(secret: str) -> None:
    before = merged(oidc(", client_secret: hush"))
    assert client(merged(oidc(f", client_secret: '{secret}'"), before)).client_secret == secret


def test_a_new_provider_needs_a_secret() -> None:
    assert said(oidc()) == [
        (
            "access.yaml:3: identity_providers[0].client_secret: is missing, and this provider is new: "
            "give client_secret, client_secret_file or client_secret_env "
            '(client_secret: "" where there is none)'
        )
    ]


@pytest.mark.parametrize(
    "base",
    [
        OIDC.replace("login.example.com", "evil.example.com"),
        OIDC.replace("abc", "another"),
    ],
)
def test_a_secret_is_not_sent_to_whom_it_was_not_given_for(base: str) -> None:
    before = merged(oidc(", client_secret: hush"))
    found = said(oidc(base=base), before)
    assert found[0].startswith(
        "access.yaml:3: identity_providers[0].client_secret: is missing, "
        "and its issuer or client id is another one now: give client_secret"
    )


def test_a_provider_of_another_type_keeps_nothing() -> None:
    before = merged(oidc(", client_secret: hush"))
    text = section("identity_providers", "{id: entra, type: local, accounts: [{email: a@b.de}]}")
    assert "a@b.de is new" in said(text, before)[0]
    assert "this provider is new" in said(oidc(), merged(local("{email: a@b.de, password: 12345678}")))[0]


def test_a_service_token_keeps_its_secret_and_client_id() -> None:
    before = merged(section("service_tokens", f"{{id: ci, client_id: x, secret_hash: {'0' * 64}}}"))
    after = merged(section("service_tokens", "{id: ci, name: New}"), before)
    assert after.service_tokens == (replace(before.service_tokens[0], name="New"),)


def test_a_new_service_token_needs_a_secret_and_gets_a_client_id() -> None:
    assert said(section("service_tokens", "{id: ci}")) == [
        (
            "access.yaml:3: service_tokens[0].secret: is missing, and 'ci' is new: "
            "give secret, secret_file, secret_env or secret_hash"
        )
    ]
    after = merged(section("service_tokens", f"{{id: ci, secret_hash: {'0' * 64}}}"))
    assert after.service_tokens[0].client_id == "ci.access"


def test_a_service_tokens_given_client_id_and_secret_replace_those_before() -> None:
    before = merged(FULL)
    text = section("service_tokens", f"{{id: ci, client_id: y, secret_hash: {'1' * 64}}}")
    without_uses = replace(before, applications=())
    after = merged(text, without_uses).service_tokens[0]
    assert (after.client_id, after.secret_hash) == ("y", "1" * 64)
