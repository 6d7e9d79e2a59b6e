"""Identity providers: where people sign in, and how to reach each.

Each type of provider has one class of settings here. A field that is a secret is marked so
(``secret()``): it is encrypted at rest and left out of exports, and its value never stands in a
message. What a field means for people who write access files is told in ``docs/reference/file.md``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import Field, dataclass, field, fields
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import Any, TypeAlias

from doorward.model.ids import IdentityProviderId

_SECRET = "secret"


def secret(default: Any = "") -> Any:
    """A dataclass field that is a secret."""
    return field(default=default, repr=False, metadata={_SECRET: True})


def is_secret(declared: Field[Any]) -> bool:
    """Whether a dataclass field was made by ``secret``."""
    return bool(declared.metadata.get(_SECRET))


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """A local account. ``password_hash`` is argon2id in PHC form; empty means it cannot sign in."""

    email: str
    name: str = ""
    groups: frozenset[str] = frozenset()
    password_hash: str = field(default="", repr=False)
    disabled: bool = False


class SecondFactor(StrEnum):
    """Whether people with a local account need more than a password."""

    OPTIONAL = "optional"
    """Those who have set one up are asked for it."""
    REQUIRED = "required"
    """Whoever has none sets one up at the next sign-in, before anything else."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LocalAccounts:
    """People whose passwords Doorward keeps itself. Passkeys and one-time codes, which people set up
    themselves, are kept beside the configuration (``ports.credentials``)."""

    accounts: tuple[Account, ...] = ()
    second_factor: SecondFactor = SecondFactor.OPTIONAL


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenIdConnect:
    """An OpenID Connect provider, found by discovery from ``issuer``.

    ``preset`` names the well-known service that it is (``model.presets``), empty for any other:
    its quirks are known by that name. ``groups_claim``, ``roles_claim`` and ``email_claim`` name
    claims of the ID token, or of userinfo where the ID token lacks them; ``claims`` names those that
    rules may look at beyond these. ``require_verified_email`` is off only for providers that are
    known to vouch for every address without saying so. ``hosted_domain`` demands the claim ``hd``
    (Google Workspace). ``groups_token`` is a secret of the provider's own API, for groups that its
    tokens don't hold. ``recheck_every`` is how often the refresh token is redeemed; zero is never.
    ``ca`` holds PEM certificates to trust instead of the system's.
    """

    issuer: str
    client_id: str
    client_secret: str = secret()
    preset: str = ""
    scopes: tuple[str, ...] = ("openid", "email", "profile")
    email_claim: str = "email"
    groups_claim: str = "groups"
    roles_claim: str = ""
    claims: tuple[str, ...] = ()
    require_verified_email: bool = True
    hosted_domain: str = ""
    prompt: str = ""
    groups_token: str = secret()
    groups_administrator: str = ""
    api_url: str = ""
    recheck_every: timedelta = timedelta()
    ca: str = ""


class Cloud(StrEnum):
    """The Microsoft clouds, each with hosts of its own (``identity.entra.clouds``)."""

    GLOBAL = "global"
    US_GOVERNMENT = "us_government"
    CHINA = "china"


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientSecret:
    """One of an app registration's secrets, and when it expires, if that was said."""

    value: str = secret()
    expires: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class EntraId:
    """Microsoft Entra ID (Azure AD).

    ``tenant`` is the directory (tenant) id, or ``organizations`` together with ``allowed_tenants``.
    The client proves itself by one of ``client_secrets`` (at most two, so that one can be rotated), or by
    ``certificate`` and ``private_key`` (PEM). ``email_domains`` are the domains whose addresses are
    believed although Entra does not vouch for them (chapter "Which email" of the guide).
    ``groups`` reads group memberships from Microsoft Graph at sign-in. ``conditional_access`` lets
    policies require authentication contexts, which hold for ``context_lifetime``.

    ``recheck_every`` redeems each session's refresh token so often, ``poll_every`` asks Graph
    about the people who are signed in (needs application permissions); zero is never.

    ``authority_url`` and ``graph_url`` take the place of the cloud's own hosts (a test tenant).
    """

    tenant: str
    client_id: str
    client_secrets: tuple[ClientSecret, ...] = secret(())
    certificate: str = ""
    private_key: str = secret()
    cloud: Cloud = Cloud.GLOBAL
    allowed_tenants: tuple[str, ...] = ()
    allow_guests: bool = True
    email_claim: str = ""
    email_domains: tuple[str, ...] = ()
    claims: tuple[str, ...] = ()
    groups: bool = True
    conditional_access: bool = False
    context_lifetime: timedelta = timedelta(hours=1)
    prompt: str = ""
    domain_hint: str = ""
    recheck_every: timedelta = timedelta()
    poll_every: timedelta = timedelta()
    authority_url: str = ""
    graph_url: str = ""
    ca: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Saml:
    """A SAML 2.0 identity provider.

    It is described by ``metadata`` (XML), or by ``entity_id``, ``sign_in_url`` and ``certificates``
    (PEM, several while it rotates). ``private_key`` and ``certificate`` (PEM) are Doorward's own: they
    sign requests where ``sign_requests`` is on, and open encrypted assertions. Attributes go by
    ``Name`` or ``FriendlyName``; without ``email_attribute`` the address is the NameID of that kind, or an
    attribute that is usually called so (``identity.saml.names``).
    """

    metadata: str = ""
    entity_id: str = ""
    sign_in_url: str = ""
    certificates: str = ""
    sign_requests: bool = False
    private_key: str = secret()
    certificate: str = ""
    email_attribute: str = ""
    name_attribute: str = ""
    groups_attribute: str = "groups"
    roles_attribute: str = ""
    claims: tuple[str, ...] = ()
    force_authentication: bool = False
    preset: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class OAuth2:
    """A service that signs people in by OAuth 2.0 and an API of its own: ``preset`` says which
    (``github``, ``facebook``, ``yandex``). The URLs are for installations of one's own (GitHub
    Enterprise); empty is the public service. ``groups`` reads organisations and teams (GitHub).
    ``require_verified_email`` is off where addresses count that the service does not vouch for (Facebook)."""

    preset: str
    client_id: str
    client_secret: str = secret()
    groups: bool = True
    require_verified_email: bool = True
    base_url: str = ""
    api_url: str = ""
    ca: str = ""


class SmtpSecurity(StrEnum):
    """How the connection to the mail server is protected."""

    STARTTLS = "starttls"
    TLS = "tls"
    NONE = "none"
    """Only to a server on this very machine."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OneTimePin:
    """People prove that they read an address's mail, by a code that is sent there."""

    sender: str
    smtp_host: str
    smtp_port: int = 587
    smtp_security: SmtpSecurity = SmtpSecurity.STARTTLS
    smtp_username: str = ""
    smtp_password: str = secret()
    ca: str = ""


Settings: TypeAlias = LocalAccounts | OpenIdConnect | EntraId | Saml | OAuth2 | OneTimePin


@dataclass(frozen=True, slots=True, kw_only=True)
class IdentityProvider:
    """One place where people sign in. ``name`` is what the chooser shows.

    ``scim_token_hash`` (SHA-256) is of the secret with which the provider's directory pushes people
    and groups by SCIM; empty is off.
    """

    id: IdentityProviderId
    settings: Settings
    name: str = ""
    scim_token_hash: str = ""


def secret_fields(settings: Settings) -> tuple[str, ...]:
    """The names of the settings' secret fields."""
    return tuple(declared.name for declared in fields(settings) if is_secret(declared))


TYPES: Mapping[type[Settings], str] = MappingProxyType(
    {
        LocalAccounts: "local",
        OpenIdConnect: "oidc",
        EntraId: "entra",
        Saml: "saml",
        OAuth2: "oauth2",
        OneTimePin: "onetimepin",
    }
)
"""What each class of settings is called: in files, in the database and on pages."""


def type_of(settings: Settings) -> str:
    """The type as people write it: the preset's name, where the settings are of one."""
    return getattr(settings, "preset", "") or TYPES[type(settings)]


_MEANING: Mapping[type[Settings], tuple[str, ...]] = MappingProxyType(
    {
        LocalAccounts: (),
        OpenIdConnect: ("issuer",),
        EntraId: ("tenant", "cloud", "authority_url"),
        Saml: ("metadata", "entity_id"),
        OAuth2: ("preset", "base_url", "api_url"),
        OneTimePin: (),
    }
)


def whom_it_means(settings: Settings) -> tuple[str, ...]:
    """What says whose people the settings are about. While it stays the same, a subject is the same
    person; when it changes, an equal subject may be somebody else."""
    kind = type(settings)
    return (TYPES[kind], *(str(getattr(settings, name)) for name in _MEANING[kind]))
