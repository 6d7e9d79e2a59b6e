"""A configuration of the past, from an access file that has no secrets: for its rules, not to be applied.

Secrets are empty, and so are the hashes by which passwords and service tokens are known. Audiences,
generations and tunnels' ids are others than they were.
"""

from __future__ import annotations

from typing import NoReturn

from doorward.declaration.declared import Declaration, DeclaredAccounts, DeclaredIdentityProvider
from doorward.declaration.merge import Identifiers, merge
from doorward.declaration.parse import parse
from doorward.model.configuration import Configuration
from doorward.model.identity_provider import Account, IdentityProvider, LocalAccounts, Settings
from doorward.model.service_token import ServiceToken

UNKNOWN_HASH = "0" * 64
"""What no secret has the SHA-256 of, as far as anybody knows."""


def past_configuration(text: str, *, randomness: Identifiers) -> Configuration:
    """The configuration that ``access_document`` wrote.

    Raises DeclarationInvalid where this version would not take it any more.
    """
    declaration = parse(text)
    return merge(
        declaration,
        _as_if_known(declaration),
        randomness=randomness,
        hash_password=_no_password,
        verify_password=_no_password,
    )


def _as_if_known(declaration: Declaration) -> Configuration:
    """A configuration in which all that the file names has secrets already, if empty ones."""
    return Configuration(
        identity_providers=tuple(
            IdentityProvider(id=provider.id, name=provider.name, settings=_settings(provider))
            for provider in declaration.identity_providers or ()
        ),
        service_tokens=tuple(
            ServiceToken(id=token.id, client_id=f"{token.id}.access", secret_hash=UNKNOWN_HASH)
            for token in declaration.service_tokens or ()
        ),
    )


def _settings(provider: DeclaredIdentityProvider) -> Settings:
    declared = provider.settings
    if not isinstance(declared, DeclaredAccounts):
        return declared.settings
    accounts = (
        Account(email=account.email, name=account.name, password_hash="") for account in declared.accounts
    )
    return LocalAccounts(accounts=tuple(accounts))


def _no_password(*_: str) -> NoReturn:
    raise AssertionError("a configuration of the past holds no password")
