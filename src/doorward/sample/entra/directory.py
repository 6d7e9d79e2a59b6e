"""What a tenant's administrator keeps: one value, made by a seed and changed while it runs.

Names are the portal's. An *app registration* belongs to one tenant and says what an application asks
for; the *enterprise application* is its standing in a tenant: what was consented to, who is assigned.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum

from doorward.sample.entra.numbered_groups import number_of, numbered_id

LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
SIGN_IN = "sign-in"
"""The name under which an outcome holds for every sign-in, not only where a context is asked for."""


class UserType(StrEnum):
    """Whether somebody is at home in the tenant."""

    MEMBER = "Member"
    GUEST = "Guest"


class Outcome(StrEnum):
    """What Conditional Access makes of somebody who needs an authentication context."""

    SATISFIED = "satisfied"
    MFA = "mfa"
    BLOCK = "block"


class PolicyState(StrEnum):
    """As Graph spells it."""

    ENABLED = "enabled"
    DISABLED = "disabled"
    REPORT_ONLY = "enabledForReportingButNotEnforced"


@dataclass
class Secret:
    """A client secret. People paste ``id`` where ``value`` belongs."""

    id: str
    value: str
    expires: datetime
    description: str = "Doorward"


@dataclass
class AppRegistration:
    """What an application asks for. ``certificates`` are PEM; permissions here are only configured."""

    client_id: str
    display_name: str
    tenant_id: str
    secrets: list[Secret] = field(default_factory=list)
    certificates: list[str] = field(default_factory=list)
    redirect_uris: list[str] = field(default_factory=list)
    logout_url: str = ""
    multi_tenant: bool = False
    delegated_permissions: set[str] = field(default_factory=set)
    application_permissions: set[str] = field(default_factory=set)
    optional_claims: set[str] = field(default_factory=set)
    group_membership_claims: str = ""
    app_roles: dict[str, str] = field(default_factory=dict)


@dataclass
class EnterpriseApplication:
    """An application in one tenant. ``assigned`` and ``roles`` name users or groups."""

    client_id: str
    enabled: bool = True
    granted_delegated: set[str] = field(default_factory=set)
    granted_application: set[str] = field(default_factory=set)
    user_consents: dict[str, set[str]] = field(default_factory=dict)
    assignment_required: bool = False
    assigned: set[str] = field(default_factory=set)
    roles: dict[str, set[str]] = field(default_factory=dict)


@dataclass
class User:
    """Somebody. ``revocations`` counts what ended all sessions, so that two in one second differ."""

    id: str
    user_principal_name: str
    display_name: str
    mail: str = ""
    given_name: str = ""
    surname: str = ""
    job_title: str = ""
    department: str = ""
    account_enabled: bool = True
    user_type: UserType = UserType.MEMBER
    home_identity_provider: str = ""
    password: str = "correct horse"
    directory_roles: set[str] = field(default_factory=set)
    verified_primary_email: list[str] = field(default_factory=list)
    verified_secondary_email: list[str] = field(default_factory=list)
    sessions_valid_from: datetime = LONG_AGO
    revocations: int = 0
    numbered_groups: int = 0

    def answers_to(self, name: str) -> bool:
        """Whether people may type ``name`` to mean this person."""
        return name.casefold() in {self.user_principal_name.casefold(), self.mail.casefold()} - {""}

    def revoke_sessions(self, now: datetime) -> None:
        """What was signed in until now is no longer."""
        self.sessions_valid_from = now
        self.revocations += 1


@dataclass
class Group:
    """A group; ``members`` are ids of users and of other groups."""

    id: str
    display_name: str
    members: list[str] = field(default_factory=list)
    description: str = ""
    mail: str = ""
    security_enabled: bool = True
    group_types: list[str] = field(default_factory=list)


@dataclass
class AuthenticationContext:
    """``c1`` and its like."""

    id: str
    display_name: str
    description: str = ""
    is_available: bool = True


@dataclass
class ConditionalAccessPolicy:
    """A policy: which contexts it guards, and after how long it wants a new sign-in (0 is never)."""

    id: str
    display_name: str
    state: PolicyState = PolicyState.ENABLED
    contexts: list[str] = field(default_factory=list)
    controls: list[str] = field(default_factory=lambda: ["mfa"])
    sign_in_frequency_hours: float = 0


@dataclass
class Tenant:
    """One organisation."""

    id: str
    domain: str
    display_name: str
    other_domains: list[str] = field(default_factory=list)
    users: dict[str, User] = field(default_factory=dict)
    groups: dict[str, Group] = field(default_factory=dict)
    applications: dict[str, EnterpriseApplication] = field(default_factory=dict)
    contexts: dict[str, AuthenticationContext] = field(default_factory=dict)
    policies: list[ConditionalAccessPolicy] = field(default_factory=list)
    outcomes: dict[tuple[str, str], Outcome] = field(default_factory=dict)

    def domains(self) -> list[str]:
        """The verified ones, the first of them first."""
        return [self.domain, *self.other_domains]

    def user_called(self, name: str) -> User | None:
        """Who answers to ``name``."""
        return next((user for user in self.users.values() if name and user.answers_to(name)), None)

    def group(self, id: str) -> Group | None:
        """A group by its id, a numbered one too."""
        if id in self.groups:
            return self.groups[id]
        number = number_of(id)
        return None if number is None or number >= self._numbered() else numbered_group(number)

    def all_groups(self) -> Iterator[Group]:
        """Every group; the numbered ones are made while they are counted."""
        yield from self.groups.values()
        yield from (numbered_group(number) for number in range(self._numbered()))

    def _numbered(self) -> int:
        return max((user.numbered_groups for user in self.users.values()), default=0)


@dataclass
class Directory:
    """Everything: tenants by id, app registrations by client id."""

    tenants: dict[str, Tenant] = field(default_factory=dict)
    registrations: dict[str, AppRegistration] = field(default_factory=dict)

    def tenant(self, name: str) -> Tenant | None:
        """A tenant by its id or one of its domains."""
        wanted = name.casefold()
        return next(
            (one for one in self.tenants.values() if wanted == one.id or wanted in one.domains()), None
        )

    def find_user(self, id: str) -> tuple[Tenant, User] | None:
        """Somebody by object id, with the tenant."""
        return next(((one, one.users[id]) for one in self.tenants.values() if id in one.users), None)

    def home_of(self, name: str) -> tuple[Tenant, User] | None:
        """Where somebody is at home: guests elsewhere do not count."""
        found = ((tenant, tenant.user_called(name)) for tenant in self.tenants.values())
        return next(
            ((tenant, user) for tenant, user in found if user and user.user_type is UserType.MEMBER), None
        )


def numbered_group(number: int) -> Group:
    """One of very many groups."""
    return Group(
        id=numbered_id(number), display_name=f"Project {number:04}", description="One of very many groups"
    )
