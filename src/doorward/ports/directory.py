"""What services need of storage for the directories that identity providers push.

Rule: every method is one transaction, and touches the things of one provider only.
Rule: nothing is found, changed or joined by an id alone: the provider is always asked for as well.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Protocol

from doorward.model.directory import (
    Criterion,
    DirectoryGroup,
    DirectoryGroupId,
    DirectoryUser,
    Found,
    Part,
)
from doorward.model.ids import IdentityProviderId


class Directory(Protocol):
    """People, groups and memberships, of each provider its own."""

    async def users(
        self, provider: IdentityProviderId, criteria: Sequence[Criterion], part: Part
    ) -> Found[DirectoryUser]:
        """Those who are there and meet every criterion, oldest first."""
        ...

    async def known_as(self, provider: IdentityProviderId, names: Collection[str]) -> Sequence[DirectoryUser]:
        """Everybody whose external id, or folded user name or email is among ``names``; tombstones
        included. Oldest first."""
        ...

    async def save_user(self, user: DirectoryUser, *, expected: int) -> DirectoryUser:
        """Write it if its version is still ``expected`` (0: it is new); return it with its new one.

        Who is deleted leaves every group.

        Raises Conflict when it changed meanwhile, or its user name is taken.
        """
        ...

    async def groups(
        self,
        provider: IdentityProviderId,
        criteria: Sequence[Criterion],
        part: Part,
        *,
        with_members: bool = True,
    ) -> Found[DirectoryGroup]:
        """Those that meet every criterion, oldest first; without the members where they are not
        wanted."""
        ...

    async def save_group(self, group: DirectoryGroup, *, expected: int) -> DirectoryGroup:
        """Write it if its version is still ``expected`` (0: it is new); return it as it is stored.

        Members who are not people of the same provider, or deleted, are left out.

        Raises Conflict when it changed meanwhile, or its name is taken.
        """
        ...

    async def remove_group(
        self, provider: IdentityProviderId, group_id: DirectoryGroupId, *, expected: int
    ) -> None:
        """Raises NotFound, and Conflict when it changed meanwhile."""
        ...

    async def keep_only(self, providers: Collection[IdentityProviderId]) -> None:
        """Forget what other providers pushed."""
        ...
