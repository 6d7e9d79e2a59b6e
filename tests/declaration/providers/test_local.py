from __future__ import annotations

import pytest

from doorward.declaration.declared import DeclaredAccount, DeclaredAccounts
from doorward.model.identity_provider import SecondFactor
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


def test_a_second_factor_can_be_demanded() -> None:
    text = section("identity_providers", "{id: a, type: local, accounts: [], second_factor: required}")
    providers = declared(text).identity_providers
    assert providers is not None
    assert providers[0].settings == DeclaredAccounts(second_factor=SecondFactor.REQUIRED)


WRONG = [
    (
        ["{id: a, type: local, accounts: [], issuer: b}"],
        (
            "identity_providers[0].issuer: 'issuer' is not a field here: "
            "allowed: id, name, type, accounts, second_factor"
        ),
    ),
    (
        ["{id: a, type: local}"],
        "identity_providers[0].accounts: is missing: this field is required",
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
        ["{id: a, type: local, accounts: [], second_factor: maybe}"],
        (
            "identity_providers[0].second_factor: 'maybe' is not a second factor here: "
            "allowed: optional, required"
        ),
    ),
]


@pytest.mark.parametrize(("items", "sentence"), WRONG)
def test_wrong_local_accounts_are_told(items: list[str], sentence: str) -> None:
    line = 2 + len(items)
    assert f"access.yaml:{line}: {sentence}" in said(section("identity_providers", *items))
