"""Which permissions are asked for, and what each is for: one table for requests and checklists."""

from __future__ import annotations

from dataclasses import dataclass, replace

from doorward.model.identity_provider import EntraId

SIGN_IN = ("openid", "profile", "email", "offline_access", "User.Read")
GROUPS = ("GroupMember.Read.All",)
"""The least that reads groups. Asking for more would send people who have not consented to it away."""

UNSPOKEN = frozenset({"offline_access"})
"""[K] The token endpoint's ``scope`` does not repeat it: a refresh token says that it was granted."""

ENOUGH_FOR_GROUPS = frozenset({"GroupMember.Read.All", "Group.Read.All", "Directory.Read.All"})
"""Any one of these reads a person's own groups."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ApplicationPermission:
    """A permission that Doorward needs without a person, what for, and a question that shows whether it
    is there (below Graph's version). ``is_demanded`` says that something that is switched on does not
    work without."""

    name: str
    purpose: str
    probe: str
    is_demanded: bool = False


_READ_USERS = ApplicationPermission(
    name="User.Read.All",
    purpose="to ask whether people are still enabled (poll_every)",
    probe="/users?$top=1&$select=id,accountEnabled",
)
_READ_GROUPS = ApplicationPermission(
    name="GroupMember.Read.All",
    purpose="to search groups for policies, and to ask who is in them (poll_every)",
    probe="/groups?$top=1&$select=id,displayName",
)
_READ_POLICIES = ApplicationPermission(
    name="Policy.Read.ConditionalAccess",
    purpose="to list authentication contexts and the policies that use them (conditional_access)",
    probe="/identity/conditionalAccess/authenticationContextClassReferences",
)


def wanted_scopes(settings: EntraId) -> tuple[str, ...]:
    """The delegated permissions of a sign-in."""
    return (*SIGN_IN, *(GROUPS if settings.groups else ()))


def wanted_permissions(settings: EntraId) -> tuple[ApplicationPermission, ...]:
    """The application permissions that the settings need."""
    polled = bool(settings.poll_every)
    wanted = (
        (_READ_USERS, polled),
        (_READ_GROUPS, polled or settings.groups),
        (_READ_POLICIES, settings.conditional_access),
    )
    return tuple(
        replace(permission, is_demanded=polled and permission is not _READ_POLICIES)
        for permission, is_wanted in wanted
        if is_wanted
    )


def missing_scopes(settings: EntraId, granted: frozenset[str], *, refreshable: bool) -> tuple[str, ...]:
    """What was asked for and not granted; of those for groups, one is enough."""
    found = {scope.rpartition("/")[2] for scope in granted} | (UNSPOKEN if refreshable else frozenset())
    missing = [scope for scope in SIGN_IN if scope not in found]
    if settings.groups and not found & ENOUGH_FOR_GROUPS:
        missing.append(GROUPS[0])
    return tuple(missing)
