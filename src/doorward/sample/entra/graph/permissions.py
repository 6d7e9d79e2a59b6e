"""Which permissions each operation wants, as a table: any one of the alternatives, ``+`` meaning both.

The alternatives are the least privileged ones of Microsoft's reference and the usual wider ones; which
pairs ``getMember*`` wants is general knowledge.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from doorward.sample.entra.grants import Access


@dataclass(frozen=True, slots=True)
class Need:
    """What a person's application must have been granted, and what an application by itself."""

    delegated: tuple[str, ...]
    application: tuple[str, ...]


IMPLIED: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "Directory.ReadWrite.All": frozenset({"Directory.Read.All"}),
        "Group.ReadWrite.All": frozenset({"Group.Read.All"}),
        "User.ReadWrite.All": frozenset({"User.Read.All", "User.RevokeSessions.All"}),
    }
)

_GROUPS = ("GroupMember.Read.All", "Group.Read.All", "Directory.Read.All")
_USERS = ("User.Read.All", "Directory.Read.All")
_POLICIES = ("Policy.Read.ConditionalAccess", "Policy.Read.All")
_MEMBERS = (
    "User.ReadBasic.All+GroupMember.Read.All",
    "User.Read.All+GroupMember.Read.All",
    "User.ReadBasic.All+Group.Read.All",
    "User.Read.All+Group.Read.All",
    "Directory.Read.All",
)

NEEDS: Mapping[str, Need] = MappingProxyType(
    {
        "me": Need(("User.Read", *_USERS), ()),
        "user": Need((*_USERS, "User.ReadBasic.All"), _USERS),
        "user details": Need(_USERS, _USERS),
        "my memberships": Need(("User.Read", "User.Read.All", *_GROUPS), ()),
        "memberships": Need(("User.Read.All", *_GROUPS), ("User.Read.All", *_GROUPS)),
        "group details": Need(_GROUPS, _GROUPS),
        "my member ids": Need(("User.Read+GroupMember.Read.All", "User.Read+Group.Read.All", *_MEMBERS), ()),
        "member ids": Need(_MEMBERS, _MEMBERS),
        "groups": Need(_GROUPS, _GROUPS),
        "objects": Need((*_GROUPS, "User.Read.All"), (*_GROUPS, "User.Read.All")),
        "users delta": Need(_USERS, _USERS),
        "policies": Need(_POLICIES, _POLICIES),
        "organization": Need(
            ("User.Read", "Organization.Read.All", "Directory.Read.All"),
            ("Organization.Read.All", "Directory.Read.All"),
        ),
        "revoke": Need(
            ("User.RevokeSessions.All", "Directory.ReadWrite.All"),
            ("User.RevokeSessions.All", "Directory.ReadWrite.All"),
        ),
        "userinfo": Need(("openid",), ()),
    }
)


def is_allowed(access: Access, operation: str) -> bool:
    """Whether a token is enough for an operation."""
    need = NEEDS[operation]
    granted = set(access.permissions)
    for permission in access.permissions:
        granted |= IMPLIED.get(permission, frozenset())
    alternatives = need.delegated if access.user_id else need.application
    return any(granted.issuperset(alternative.split("+")) for alternative in alternatives)
