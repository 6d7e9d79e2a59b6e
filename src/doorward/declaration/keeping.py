"""What lives on from one apply to the next: secrets that the file leaves out, and client ids.

Rule: a password that already fits its hash is not hashed anew, so that applying the same file again
changes nothing.
Rule: a secret is kept only for whom it was given (an OpenID provider's issuer and client id, say);
anything else would send it to somebody it was not meant for.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from doorward.declaration.declared import (
    DeclaredAccount,
    DeclaredAccounts,
    DeclaredIdentityProvider,
    DeclaredServiceToken,
    DeclaredSettings,
    Missing,
)
from doorward.declaration.reading import Notes
from doorward.model.errors import Invalid
from doorward.model.identity_provider import Account, IdentityProvider, LocalAccounts, Settings
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
    settings: Settings
    if isinstance(declared.settings, DeclaredAccounts):
        accounts = had if isinstance(had, LocalAccounts) else LocalAccounts()
        settings = _accounts(declared.settings, accounts, path=path, passwords=passwords, notes=notes)
    else:
        settings = _with_kept_secrets(declared.settings, had, path=path, notes=notes)
    scim = declared.scim_token_hash
    return IdentityProvider(
        id=declared.id,
        name=declared.name,
        settings=settings,
        scim_token_hash=(before.scim_token_hash if before else "") if scim is None else scim,
    )


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
    return LocalAccounts(accounts=tuple(accounts), second_factor=declared.second_factor)


def _password_hash(account: DeclaredAccount, before: Mapping[str, str], passwords: Passwords) -> str | None:
    """None where there is nothing to keep."""
    if account.password_hash is not None:
        return account.password_hash
    kept = before.get(account.email)
    if account.password is None or (kept and passwords.verify(kept, account.password)):
        return kept
    return passwords.hash(account.password)


def _with_kept_secrets(
    declared: DeclaredSettings, before: Settings | None, *, path: str, notes: Notes
) -> Settings:
    settings = declared.settings
    if type(before) is type(settings) and all(
        getattr(before, name) == getattr(settings, name) for name in declared.bound_to
    ):
        return replace(settings, **{name: getattr(before, name) for name in declared.unsaid})
    if declared.needed and declared.unsaid.issuperset(declared.needed):
        words = " or ".join(name.replace("_", " ") for name in declared.bound_to)
        why = f"its {words} is another one now" if before else "this provider is new"
        missing = declared.missing or _one_secret(declared.needed[0])
        problem = f"is missing, and {why}: give {missing.ways}"
        notes.note(Invalid(f"{path}.{missing.field}", problem))
    return settings


def _one_secret(name: str) -> Missing:
    return Missing(name, f'{name}, {name}_file or {name}_env ({name}: "" where there is none)')


def kept_service_token(
    declared: DeclaredServiceToken, before: ServiceToken | None, *, path: str, notes: Notes
) -> ServiceToken:
    """The declared token, with the secrets' hashes and the client id that it had where the file gives
    none. The previous secret of a rotation stays as long as the present one does."""
    secret_hash = declared.secret_hash or (before.secret_hash if before else "")
    if not secret_hash:
        problem = f"is missing, and {declared.id!r} is new: give secret, secret_file, secret_env "
        notes.note(Invalid(f"{path}.secret", problem + "or secret_hash"))
    previous_hash, until = declared.previous_secret_hash, declared.previous_until
    if previous_hash is None and before and before.secret_hash == secret_hash:
        previous_hash, until = before.previous_secret_hash, before.previous_until
    if previous_hash == secret_hash:
        problem = "is the present secret: leave it out, or give the one before"
        notes.note(Invalid(f"{path}.previous_secret", problem))
    return ServiceToken(
        id=declared.id,
        name=declared.name,
        client_id=declared.client_id or (before.client_id if before else f"{declared.id}.access"),
        secret_hash=secret_hash,
        expires=declared.expires,
        disabled=declared.disabled,
        previous_secret_hash=previous_hash or "",
        previous_until=until,
    )
