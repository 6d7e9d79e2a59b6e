"""Identity providers: a row each, and a row for every local account."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from doorward.model.identity_provider import (
    Account,
    IdentityProvider,
    LocalAccounts,
    OpenIdConnect,
)
from doorward.model.ids import IdentityProviderId
from doorward.stores.mapping.rows import ReadRow, Row

LOCAL = "local"
OPENID_CONNECT = "openid_connect"


def to_row(provider: IdentityProvider, *, position: int) -> Row:
    """A row of ``identity_providers``; local accounts are rows of their own."""
    row = {"id": provider.id, "position": position, "name": provider.name}
    settings = provider.settings
    if isinstance(settings, LocalAccounts):
        return {**row, "kind": LOCAL, "settings": {}, "client_secret": ""}
    return {
        **row,
        "kind": OPENID_CONNECT,
        "settings": _openid_connect_to_json(settings),
        "client_secret": settings.client_secret,
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
    return IdentityProvider(
        id=IdentityProviderId(row["id"]), name=row["name"], settings=_settings(row, accounts)
    )


def _settings(row: ReadRow, accounts: Sequence[ReadRow]) -> LocalAccounts | OpenIdConnect:
    if row["kind"] == LOCAL:
        return LocalAccounts(accounts=tuple(_account(account) for account in accounts))
    if row["kind"] == OPENID_CONNECT:
        return _openid_connect(row["settings"], client_secret=row["client_secret"])
    raise ValueError(f"identity provider {row['id']!r} is of unknown kind {row['kind']!r}")


def _account(row: ReadRow) -> Account:
    return Account(
        email=row["email"],
        name=row["name"],
        groups=frozenset(row["groups"]),
        password_hash=row["password_hash"],
        disabled=row["disabled"],
    )


def _openid_connect_to_json(settings: OpenIdConnect) -> Row:
    return {
        "issuer": settings.issuer,
        "client_id": settings.client_id,
        "scopes": list(settings.scopes),
        "email_claim": settings.email_claim,
        "groups_claim": settings.groups_claim,
        "require_verified_email": settings.require_verified_email,
        "ca": settings.ca,
    }


def _openid_connect(value: Mapping[str, Any], *, client_secret: str) -> OpenIdConnect:
    return OpenIdConnect(
        issuer=value["issuer"],
        client_id=value["client_id"],
        client_secret=client_secret,
        scopes=tuple(value["scopes"]),
        email_claim=value["email_claim"],
        groups_claim=value["groups_claim"],
        require_verified_email=value["require_verified_email"],
        ca=value["ca"],
    )
