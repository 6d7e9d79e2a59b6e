"""What an access file says, as values. Where a thing needs more than a file can say (an audience,
a tunnel's id, a secret that was left out), ``merge`` adds it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from doorward.declaration.nodes import Place
from doorward.model.access_pass import PassRules
from doorward.model.application import ApplicationType
from doorward.model.application_options import (
    Cors,
    DenyPage,
    OriginHeaders,
    OriginTimeouts,
    SameSite,
    WithoutSignIn,
)
from doorward.model.client_certificate import CertificateAuthority
from doorward.model.destination import Destination
from doorward.model.external_evaluation import ExternalEvaluation
from doorward.model.identity_provider import SecondFactor, Settings
from doorward.model.ids import ApplicationId, IdentityProviderId, PolicyId, ServiceTokenId
from doorward.model.named_list import NamedList
from doorward.model.policy import Policy
from doorward.model.rule import RuleGroup
from doorward.model.service_token import UnusedServiceTokens


@dataclass(frozen=True, slots=True, kw_only=True)
class DeclaredAccount:
    """Without ``password`` and ``password_hash`` the account keeps the password it has."""

    email: str
    name: str = ""
    groups: frozenset[str] = frozenset()
    password: str | None = field(default=None, repr=False)
    password_hash: str | None = field(default=None, repr=False)
    disabled: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class DeclaredAccounts:
    """A provider of type ``local``."""

    accounts: tuple[DeclaredAccount, ...] = ()
    second_factor: SecondFactor = SecondFactor.OPTIONAL


@dataclass(frozen=True, slots=True)
class Missing:
    """How to say that a secret is missing: the ``field``, and the ``ways`` to give it."""

    field: str
    ways: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DeclaredSettings:
    """A provider of any other type.

    ``unsaid`` names the secret fields that the file leaves out; the provider keeps those it has, if
    the fields ``bound_to``, which say whom they are for, are the same. Of the fields ``needed`` a new
    provider must give one; ``missing`` says so where the file spells them otherwise.
    """

    settings: Settings
    unsaid: frozenset[str] = frozenset()
    bound_to: tuple[str, ...] = ()
    needed: tuple[str, ...] = ()
    missing: Missing | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DeclaredIdentityProvider:
    """One place where people sign in. Without ``scim_token`` it keeps the SCIM secret it has; ``""``
    turns SCIM off."""

    id: IdentityProviderId
    name: str
    settings: DeclaredAccounts | DeclaredSettings
    scim_token_hash: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class DeclaredOrigin:
    """As ``doorward.model.application.Origin``, with the tunnel's name instead of its id."""

    url: str
    tunnel: str | None = None
    host_header: str = ""
    ca: str = ""
    server_name: str = ""
    verify: bool = True
    headers: OriginHeaders = field(default_factory=OriginHeaders)
    identity_headers: tuple[tuple[str, str], ...] = ()
    timeouts: OriginTimeouts = field(default_factory=OriginTimeouts)


@dataclass(frozen=True, slots=True, kw_only=True)
class DeclaredApplication:
    """As ``doorward.model.application.Application``, without audience and generation."""

    id: ApplicationId
    type: ApplicationType
    destinations: tuple[Destination, ...]
    origin: DeclaredOrigin
    name: str
    policies: tuple[Policy | PolicyId, ...]
    session_duration: timedelta | None
    identity_providers: tuple[IdentityProviderId, ...]
    sign_in_with: IdentityProviderId | None
    sign_in: WithoutSignIn
    show_in_launcher: bool
    websockets: bool
    service_token_header: str
    cors: Cors | None
    same_site: SameSite
    deny_page: DenyPage | None
    passes: PassRules | None


@dataclass(frozen=True, slots=True, kw_only=True)
class DeclaredServiceToken:
    """Without ``secret_hash`` the token keeps the secrets it has; without ``client_id``, its id.

    ``previous_secret_hash`` is that of a secret which works until ``previous_until``.
    """

    id: ServiceTokenId
    name: str
    client_id: str | None
    secret_hash: str | None = field(repr=False)
    expires: datetime | None
    disabled: bool = False
    previous_secret_hash: str | None = field(default=None, repr=False)
    previous_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class DeclaredUnused:
    """What becomes of unused service tokens; ``rule`` is None where the file says ``off``."""

    rule: UnusedServiceTokens | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Declaration:
    """One access file. A section that is None was left out: what it concerns stays as it is.
    A section that is there is the whole truth: what it does not list is removed.

    ``tunnels`` holds names. ``places`` tells where each field stands, by path; ``file`` is the
    name for messages.
    """

    file: str
    places: Mapping[str, Place] = field(repr=False)
    session_duration: timedelta | None = None
    unused_service_tokens: DeclaredUnused | None = None
    identity_providers: tuple[DeclaredIdentityProvider, ...] | None = None
    rule_groups: tuple[RuleGroup, ...] | None = None
    external_evaluations: tuple[ExternalEvaluation, ...] | None = None
    lists: tuple[NamedList, ...] | None = None
    certificate_authorities: tuple[CertificateAuthority, ...] | None = None
    policies: tuple[Policy, ...] | None = None
    tunnels: tuple[str, ...] | None = None
    applications: tuple[DeclaredApplication, ...] | None = None
    service_tokens: tuple[DeclaredServiceToken, ...] | None = None

    def holds(self, path: str) -> bool:
        """Whether the section that the field ``path`` belongs to stands in the file."""
        return path.partition("[")[0] in self.places
