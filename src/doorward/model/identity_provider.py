"""Identity providers: where people sign in, and how to reach each."""

from __future__ import annotations

from dataclasses import dataclass, field

from doorward.model.ids import IdentityProviderId


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """A local account. ``password_hash`` is argon2id in PHC form; empty means it cannot sign in."""

    email: str
    name: str = ""
    groups: frozenset[str] = frozenset()
    password_hash: str = field(default="", repr=False)
    disabled: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class LocalAccounts:
    """People whose passwords Doorward keeps itself."""

    accounts: tuple[Account, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenIdConnect:
    """A generic OpenID Connect provider, found by discovery from ``issuer``.

    ``groups_claim`` and ``email_claim`` name claims of the ID token, or of userinfo where the ID
    token lacks them. ``require_verified_email`` is off only for providers that are known to vouch
    for every address without saying so. ``ca`` holds PEM certificates to trust instead of the
    system's, for a provider inside the organisation.
    """

    issuer: str
    client_id: str
    client_secret: str = field(default="", repr=False)
    scopes: tuple[str, ...] = ("openid", "email", "profile")
    email_claim: str = "email"
    groups_claim: str = "groups"
    require_verified_email: bool = True
    ca: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class IdentityProvider:
    """One place where people sign in. ``name`` is what the chooser shows."""

    id: IdentityProviderId
    settings: LocalAccounts | OpenIdConnect
    name: str = ""
