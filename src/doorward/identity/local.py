"""Local accounts: people whose passwords Doorward keeps itself.

Rule: an unknown person, a wrong password, a disabled account and an account without a password get
the same words after the same work, so that nobody learns which addresses exist.
"""

from __future__ import annotations

from doorward.identity.passwords import Passwords, is_acceptable
from doorward.model.access import Identity, canonical_email
from doorward.model.errors import Invalid, Refused
from doorward.model.identity_provider import Account, LocalAccounts
from doorward.model.ids import IdentityProviderId

WRONG = "The email address or the password is wrong."


class LocalProvider:
    """Checks passwords against the configuration's accounts.

    An account's subject is its canonical email address: it has no other name.

    Raises:
        Invalid: an account's address is unusable, or two accounts share one.
    """

    def __init__(self, *, id: IdentityProviderId, accounts: LocalAccounts, passwords: Passwords) -> None:
        self._id = id
        self._accounts = _by_email(accounts)
        self._passwords = passwords

    async def check(self, *, email: str, password: str) -> Identity:
        """Return who this is. See ``PasswordProvider``.

        Raises:
            Refused: no such person, a wrong password, or the account may not sign in.
            Unavailable: too many sign-ins are under way.
        """
        # A password that cannot be anybody's is refused before any work. That tells nothing: it
        # does not depend on the address.
        if not is_acceptable(password):
            raise Refused(WRONG)
        account = self._account(email)
        may_sign_in = account is not None and not account.disabled
        stored = account.password_hash if account is not None else ""
        matched = await self._passwords.check(password, stored)
        if account is None or not (matched and may_sign_in):
            raise Refused(WRONG)
        return self._identity(account)

    def person(self, email: str) -> Identity:
        """Who has this address. See ``PasswordProvider``.

        Raises:
            Refused: no such person, or the account may not sign in.
        """
        account = self._account(email)
        if account is None or account.disabled:
            raise Refused(WRONG)
        return self._identity(account)

    def _identity(self, account: Account) -> Identity:
        address = canonical_email(account.email)
        return Identity(
            identity_provider=self._id,
            subject=address,
            email=address,
            name=account.name,
            groups=account.groups,
        )

    def _account(self, email: str) -> Account | None:
        try:
            return self._accounts.get(canonical_email(email))
        except Invalid:
            return None


def _by_email(accounts: LocalAccounts) -> dict[str, Account]:
    found: dict[str, Account] = {}
    for position, account in enumerate(accounts.accounts):
        field = f"accounts[{position}].email"
        address = canonical_email(account.email, field=field)
        if address in found:
            raise Invalid(field, f"another account has the address {address} already")
        found[address] = account
    return found
