from __future__ import annotations

import asyncio

import pytest

from doorward.identity.local import LocalProvider
from doorward.identity.passwords import Passwords, hash_password
from doorward.model.access import Identity
from doorward.model.errors import Invalid, Refused
from doorward.model.identity_provider import Account, LocalAccounts
from doorward.model.ids import IdentityProviderId
from tests.identity.test_passwords import CHEAP, HORSE

LOCAL = IdentityProviderId("local")
STORED = hash_password(HORSE, parameters=CHEAP)
ADA = Account(email="Ada@Example.com", name="Ada", groups=frozenset({"engineers"}), password_hash=STORED)
ACCOUNTS = LocalAccounts(
    accounts=(
        ADA,
        Account(email="gone@example.com", password_hash=STORED, disabled=True),
        Account(email="new@example.com"),
    )
)


class CountingPasswords(Passwords):
    """Counts the checks that were done."""

    def __init__(self) -> None:
        super().__init__(parameters=CHEAP, threads=1)
        self.checks = 0

    async def check(self, password: str, stored: str) -> bool:
        self.checks += 1
        return await super().check(password, stored)


def sign_in(email: str, password: str) -> tuple[Identity | str, int]:
    """Who signed in or what they were told, and how many hashes that took."""

    async def run() -> tuple[Identity | str, int]:
        passwords = CountingPasswords()
        provider = LocalProvider(id=LOCAL, accounts=ACCOUNTS, passwords=passwords)
        try:
            return await provider.check(email=email, password=password), passwords.checks
        except Refused as refused:
            return str(refused), passwords.checks
        finally:
            await passwords.aclose()

    return asyncio.run(run())


def test_the_right_password_says_who_it_is() -> None:
    who = Identity(
        identity_provider=LOCAL,
        subject="ada@example.com",
        email="ada@example.com",
        name="Ada",
        groups=frozenset({"engineers"}),
    )
    assert sign_in("ada@example.com", HORSE) == (who, 1)
    assert sign_in(" ADA@example.COM ", HORSE) == (who, 1)


@pytest.mark.parametrize(
    ("email", "password"),
    [
        ("ada@example.com", "wrong"),
        ("nobody@example.com", HORSE),
        ("gone@example.com", HORSE),
        ("gone@example.com", "wrong"),
        ("new@example.com", HORSE),
        ("not an address", HORSE),
        ("ada@example.com@example.com", HORSE),
        ("", HORSE),
    ],
)
def test_everybody_else_gets_the_same_words_after_the_same_work(email: str, password: str) -> None:
    assert sign_in(email, password) == ("The email address or the password is wrong.", 1)


@pytest.mark.parametrize("email", ["ada@example.com", "nobody@example.com"])
@pytest.mark.parametrize("password", ["", "x" * 1025, "\ud800"])
def test_a_password_that_nobody_can_have_is_refused_before_any_work(email: str, password: str) -> None:
    assert sign_in(email, password) == ("The email address or the password is wrong.", 0)


def test_two_accounts_with_one_address_are_invalid() -> None:
    twice = LocalAccounts(accounts=(ADA, Account(email="ada@example.com")))
    with pytest.raises(Invalid, match=r"accounts\[1\].email"):
        LocalProvider(id=LOCAL, accounts=twice, passwords=Passwords(parameters=CHEAP))
