"""What an identity provider's directory pushes: people and groups, and who is in which.

Rule: a thing of a directory belongs to one provider for its life. Nothing here signs anybody in: these
are facts about people who sign in at the provider, or are kept from it.
Rule: ``version`` counts a thing's changes. One that was never stored is at 0.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Generic, NewType, TypeVar

from doorward.model.ids import IdentityProviderId

DirectoryUserId = NewType("DirectoryUserId", str)
DirectoryGroupId = NewType("DirectoryGroupId", str)

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class DirectoryUser:
    """A person in the provider's directory.

    ``user_name`` is unique among those who are there, whatever its case. ``external_id`` is the
    directory's own id of the person. Who is ``deleted`` stays as a tombstone, so that they cannot come
    back in by another way, and leaves the name to others.
    """

    id: DirectoryUserId
    provider: IdentityProviderId
    user_name: str
    created: datetime
    modified: datetime
    external_id: str = ""
    email: str = ""
    display_name: str = ""
    given_name: str = ""
    family_name: str = ""
    active: bool = True
    deleted: bool = False
    version: int = 0

    @property
    def may_sign_in(self) -> bool:
        """Whether the directory lets this person in."""
        return self.active and not self.deleted


@dataclass(frozen=True, slots=True, kw_only=True)
class DirectoryGroup:
    """A group in the provider's directory. ``display_name`` is unique there, whatever its case."""

    id: DirectoryGroupId
    provider: IdentityProviderId
    display_name: str
    created: datetime
    modified: datetime
    external_id: str = ""
    members: frozenset[DirectoryUserId] = frozenset()
    version: int = 0


class Attribute(StrEnum):
    """What people and groups can be looked for by."""

    ID = "id"
    EXTERNAL_ID = "external_id"
    USER_NAME = "user_name"
    """Of people."""
    EMAIL = "email"
    """Of people."""
    ACTIVE = "active"
    """Of people: ``true`` or ``false``."""
    DISPLAY_NAME = "display_name"
    MEMBER = "member"
    """Of groups: the id of somebody in it."""


FOLDED = frozenset({Attribute.USER_NAME, Attribute.EMAIL, Attribute.DISPLAY_NAME})
"""Those whose case means nothing (RFC 7643 section 4.1)."""


@dataclass(frozen=True, slots=True)
class Criterion:
    """``attribute`` equals ``value``."""

    attribute: Attribute
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """Which part of a list is wanted: ``count`` things after the first ``skip``; by itself, all."""

    skip: int = 0
    count: int | None = None


ALL = Part()


@dataclass(frozen=True, slots=True, kw_only=True)
class Found(Generic[T]):
    """A part of a list, and how long the whole is."""

    items: Sequence[T]
    total: int


def folded(value: str) -> str:
    """The one spelling under which a name is compared."""
    return value.strip().casefold()
