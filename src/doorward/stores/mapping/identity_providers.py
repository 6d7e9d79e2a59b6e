"""Identity providers: a row each, and a row for every local account."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from doorward.model.identity_provider import Account, IdentityProvider, LocalAccounts, OpenIdConnect
from doorward.model.ids import IdentityProviderId
from doorward.stores.mapping.rows import ReadRow, Row
from doorward.stores.mapping.settings import from_json, kind_of, to_json

FIRST_OPENID_CONNECT = "openid_connect"
"""What rows written before revision 0002 call OpenID Connect. Their sealed column is the bare client
secret."""


def to_row(provider: IdentityProvider, *, position: int) -> Row:
    """A row of ``identity_providers``; local accounts are rows of their own."""
    shown, secrets = to_json(provider.settings)
    return {
        "id": provider.id,
        "position": position,
        "name": provider.name,
        "kind": kind_of(provider.settings),
        "settings": shown,
        "client_secret": secrets,
        "scim_token_hash": provider.scim_token_hash,
    }


def account_rows(provider: IdentityProvider) -> list[Row]:
    """Rows of ``accounts``, in order; none for a provider that keeps its people elsewhere."""
    if not isinstance(provider.settings, LocalAccounts):
        return []
    return [
        {
            "identity_provider": provider.id,
            "email": account.email,
            "position": position,
            "name": account.name,
            "groups": sorted(account.groups),
            "password_hash": account.password_hash,
            "disabled": account.disabled,
        }
        for position, account in enumerate(provider.settings.accounts)
    ]


def from_row(row: ReadRow, *, accounts: Sequence[ReadRow]) -> IdentityProvider:
    """The provider of one row and its account rows, which are in order.

    Raises ValueError for a kind that this version does not know.
    """
    if row["kind"] == FIRST_OPENID_CONNECT:
        shown = replace(OpenIdConnect(issuer="", client_id=""), client_secret=row["client_secret"])
        settings = from_json("oidc", row["settings"], to_json(shown)[1])
    else:
        settings = from_json(row["kind"], row["settings"], row["client_secret"])
    if isinstance(settings, LocalAccounts):
        settings = replace(settings, accounts=tuple(_account(account) for account in accounts))
    return IdentityProvider(
        id=IdentityProviderId(row["id"]),
        name=row["name"],
        settings=settings,
        scim_token_hash=row["scim_token_hash"],
    )


def _account(row: ReadRow) -> Account:
    return Account(
        email=row["email"],
        name=row["name"],
        groups=frozenset(row["groups"]),
        password_hash=row["password_hash"],
        disabled=row["disabled"],
    )
