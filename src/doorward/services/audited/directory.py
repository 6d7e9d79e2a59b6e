"""Directories, audited: whom and which groups an identity provider pushed."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from doorward.audit.acts import ActName
from doorward.model.directory import (
    Attribute,
    Criterion,
    DirectoryGroup,
    DirectoryGroupId,
    DirectoryUser,
    Found,
    Part,
)
from doorward.model.ids import IdentityProviderId
from doorward.ports.audit import AuditLog
from doorward.ports.directory import Directory
from doorward.services.audited.recording import recorded


class AuditedDirectory:
    """``ports.directory.Directory`` around another one."""

    def __init__(self, inner: Directory, audit: AuditLog) -> None:
        self._inner = inner
        self._audit = audit

    async def users(
        self, provider: IdentityProviderId, criteria: Sequence[Criterion], part: Part
    ) -> Found[DirectoryUser]:
        """See ``Directory.users``."""
        return await self._inner.users(provider, criteria, part)

    async def known_as(self, provider: IdentityProviderId, names: Collection[str]) -> Sequence[DirectoryUser]:
        """See ``Directory.known_as``."""
        return await self._inner.known_as(provider, names)

    async def save_user(self, user: DirectoryUser, *, expected: int) -> DirectoryUser:
        """See ``Directory.save_user``."""
        facts = {
            "identity_provider": user.provider,
            "user": user.id,
            "user_name": user.user_name,
            "external_id": user.external_id,
            "email": user.email,
            "active": user.active,
            "deleted": user.deleted,
        }
        async with recorded(self._audit, ActName.DIRECTORY_USER_SAVED, facts):
            return await self._inner.save_user(user, expected=expected)

    async def groups(
        self,
        provider: IdentityProviderId,
        criteria: Sequence[Criterion],
        part: Part,
        *,
        with_members: bool = True,
    ) -> Found[DirectoryGroup]:
        """See ``Directory.groups``."""
        return await self._inner.groups(provider, criteria, part, with_members=with_members)

    async def save_group(self, group: DirectoryGroup, *, expected: int) -> DirectoryGroup:
        """See ``Directory.save_group``. Members are told by who comes and who goes: a group of
        thousands is pushed one person at a time."""
        called = [Criterion(Attribute.ID, group.id)]
        found = await self._inner.groups(group.provider, called, Part(count=1))
        before = found.items[0].members if found.items else frozenset()
        facts = {
            **_of(group.provider, group.id),
            "name": group.display_name,
            "external_id": group.external_id,
            "members": len(group.members),
            "added": sorted(group.members - before),
            "removed": sorted(before - group.members),
        }
        async with recorded(self._audit, ActName.DIRECTORY_GROUP_SAVED, facts):
            return await self._inner.save_group(group, expected=expected)

    async def remove_group(
        self, provider: IdentityProviderId, group_id: DirectoryGroupId, *, expected: int
    ) -> None:
        """See ``Directory.remove_group``."""
        async with recorded(self._audit, ActName.DIRECTORY_GROUP_REMOVED, _of(provider, group_id)):
            await self._inner.remove_group(provider, group_id, expected=expected)

    async def keep_only(self, providers: Collection[IdentityProviderId]) -> None:
        """See ``Directory.keep_only``."""
        await self._inner.keep_only(providers)


def _of(provider: IdentityProviderId, group: DirectoryGroupId) -> dict[str, object]:
    return {"identity_provider": provider, "group": group}
