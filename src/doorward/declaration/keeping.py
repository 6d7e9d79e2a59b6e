"""What lives on from one apply to the next: secrets that the file leaves out, and client ids.

Rule: a password that already fits its hash is not hashed anew, so that applying the same file again
changes nothing.
Rule: a client secret is kept only for the issuer and client id that it was given for; anything else
would send it to somebody it was not meant for.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from doorward.declaration.declared import (
    DeclaredAccount,
    DeclaredAccounts,
    DeclaredIdentityProvider,
    DeclaredOpenIdConnect,
    DeclaredServiceToken,
)
from doorward.declaration.reading import Notes
from doorward.model.errors import Invalid
from doorward.model.identity_provider import Account, IdentityProvider, LocalAccounts, OpenIdConnect
from doorward.model.service_token import ServiceToken


@dataclass(frozen=True, slots=True)
class Passwords:
    """How passwords become hashes: ``hash(password)``, and ``verify(password_hash, password)``."""

    hash: Callable[[str], str]
    verify: Callable[[str, str], bool]


def kept_provider(
    declared: DeclaredIdentityProvider,
    before: IdentityProvider | None,
    *,
    path: str,
    passwords: Passwords,
    notes: Notes,
) -> IdentityProvider:
    """The declared provider, with the secrets that it had where the file gives none."""
    had = before.settings if before else None
    settings: LocalAccounts | OpenIdConnect
    if isinstance(declared.settings, DeclaredAccounts):
        accounts = had if isinstance(had, LocalAccounts) else LocalAccounts()
        settings = _accounts(declared.settings, accounts, path=path, passwords=passwords, notes=notes)
    else:
        client = had if isinstance(had, OpenIdConnect) else None
        settings = _client(declared.settings, client, path=path, notes=notes)
    return IdentityProvider(id=declared.id, name=declared.name, settings=settings)


def _accounts(
    declared: DeclaredAccounts, before: LocalAccounts, *, path: str, passwords: Passwords, notes: Notes
) -> LocalAccounts:
    hashes = {account.email: account.password_hash for account in before.accounts}
    accounts: list[Account] = []
    for index, account in enumerate(declared.accounts):
        password_hash = _password_hash(account, hashes, passwords)
        if password_hash is None:
            where = f"{path}.accounts[{index}].password"
            problem = f"is missing, and {account.email} is new: give password, password_file, "
            notes.note(Invalid(where, problem + "password_env or password_hash"))
        accounts.append(
            Account(
                email=account.email,
                name=account.name,
                groups=account.groups,
                password_hash=password_hash or "",
                disabled=account.disabled,
            )
        )
    return LocalAccounts(accounts=tuple(accounts))


def _password_hash(account: DeclaredAccount, before: Mapping[str, str], passwords: Passwords) -> str | None:
    """None where there is nothing to keep."""
    if account.password_hash is not None:
        return account.password_hash
    kept = before.get(account.email)
    if account.password is None or (kept and passwords.verify(kept, account.password)):
        return kept
    return passwords.hash(account.password)


def _client(
    declared: DeclaredOpenIdConnect, before: OpenIdConnect | None, *, path: str, notes: Notes
) -> OpenIdConnect:
    settings = declared.settings
    if declared.client_secret is not None:
        return replace(settings, client_secret=declared.client_secret)
    if before and (before.issuer, before.client_id) == (settings.issuer, settings.client_id):
        return replace(settings, client_secret=before.client_secret)
    why = "its issuer or client id is another one now" if before else "this provider is new"
    problem = f"is missing, and {why}: give client_secret, client_secret_file or client_secret_env"
    notes.note(Invalid(f"{path}.client_secret", f'{problem} (client_secret: "" where there is none)'))
    return settings


def kept_service_token(
    declared: DeclaredServiceToken, before: ServiceToken | None, *, path: str, notes: Notes
) -> ServiceToken:
    """The declared token, with the secret's hash and the client id that it had where the file
    gives none."""
    secret_hash = declared.secret_hash or (before.secret_hash if before else "")
    if not secret_hash:
        problem = f"is missing, and {declared.id!r} is new: give secret, secret_file, secret_env "
        notes.note(Invalid(f"{path}.secret", problem + "or secret_hash"))
    return ServiceToken(
        id=declared.id,
        name=declared.name,
        client_id=declared.client_id or (before.client_id if before else f"{declared.id}.access"),
        secret_hash=secret_hash,
        expires=declared.expires,
    )
