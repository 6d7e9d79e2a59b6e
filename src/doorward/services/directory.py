"""Directories: what an identity provider pushes of its people and groups, and reads back.

Rule: every use case is told the provider, and neither finds nor changes anything of another.
Rule: nobody gets a session or an account from here. People sign in at their provider.
Rule: the changes of one provider happen one after the other, each with what it does to sessions.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import Final

import structlog

from doorward.model.directory import (
    Attribute,
    Criterion,
    DirectoryGroup,
    DirectoryGroupId,
    DirectoryUser,
    DirectoryUserId,
    Found,
    Part,
    folded,
)
from doorward.model.errors import Conflict, Invalid, NotFound
from doorward.model.ids import IdentityProviderId
from doorward.ports.clock import Clock, Randomness
from doorward.ports.directory import Directory
from doorward.services.directory_effects import DirectoryEffects

log = structlog.get_logger("services.directory")

LONGEST: Final = 512
"""Characters of any text that a directory may push."""

UserChange = Callable[[DirectoryUser], DirectoryUser]
GroupChange = Callable[[DirectoryGroup], DirectoryGroup]


class Outdated(Conflict):
    """It is not at the version any more that the change was made for."""


class Directories:
    """The use cases. ``expected`` is the version that a change was made for; None takes any."""

    def __init__(
        self, directory: Directory, *, effects: DirectoryEffects, clock: Clock, randomness: Randomness
    ) -> None:
        self._directory = directory
        self._effects = effects
        self._clock = clock
        self._randomness = randomness
        self._locks: defaultdict[IdentityProviderId, asyncio.Lock] = defaultdict(asyncio.Lock)

    async def catch_up(self, providers: Iterable[IdentityProviderId]) -> None:
        """Bring whoever is signed in in line, after a start: a change may have been cut short."""
        for provider in providers:
            async with self._locks[provider]:
                await self._effects.settle_everybody(provider)

    # --- people ---------------------------------------------------------------------------------

    async def user(self, provider: IdentityProviderId, user_id: str) -> DirectoryUser:
        """Raises NotFound."""
        found = await self.users(provider, [Criterion(Attribute.ID, user_id)], Part(count=1))
        if not found.items:
            raise NotFound("there is no such user")
        return found.items[0]

    async def users(
        self, provider: IdentityProviderId, criteria: Sequence[Criterion], part: Part
    ) -> Found[DirectoryUser]:
        """Those who meet every criterion."""
        return await self._directory.users(provider, criteria, part)

    async def add_user(self, provider: IdentityProviderId, change: UserChange) -> DirectoryUser:
        """Somebody new, as ``change`` makes them of nobody. Raises Invalid, and Conflict for a user
        name that is taken."""
        now = self._clock.now()
        nobody = DirectoryUser(
            id=DirectoryUserId(self._randomness.identifier()),
            provider=provider,
            user_name="",
            created=now,
            modified=now,
        )
        async with self._locks[provider]:
            saved = await self._directory.save_user(_checked_user(change(nobody)), expected=0)
            if not saved.may_sign_in:
                await self._effects.settle(provider, {saved.id})
        _tell("directory user added", saved)
        return saved

    async def change_user(
        self,
        provider: IdentityProviderId,
        user_id: str,
        change: UserChange,
        *,
        expected: int | None = None,
    ) -> DirectoryUser:
        """Raises NotFound, Invalid, Outdated, and Conflict for a user name that is taken."""
        async with self._locks[provider]:
            before = await self.user(provider, user_id)
            _refuse_outdated(before.version, expected)
            after = _checked_user(change(before))
            if after != before:
                changed = replace(after, modified=self._clock.now())
                after = await self._directory.save_user(changed, expected=before.version)
            # Also when nothing changed: the directory may repeat what was cut short.
            await self._effects.settle(provider, {after.id})
        _tell("directory user changed", after)
        return after

    async def delete_user(
        self, provider: IdentityProviderId, user_id: str, *, expected: int | None = None
    ) -> None:
        """Leave a tombstone. Raises NotFound and Outdated.

        Sessions end first, while the person is inactive: a deletion that was cut short can be
        repeated, which one of a tombstone could not.
        """
        before = await self.change_user(
            provider, user_id, lambda user: replace(user, active=False), expected=expected
        )
        async with self._locks[provider]:
            gone = replace(before, deleted=True, modified=self._clock.now())
            await self._directory.save_user(gone, expected=before.version)
            await self._effects.settle(provider, {before.id})
        _tell("directory user deleted", before)

    # --- groups ---------------------------------------------------------------------------------

    async def group(
        self, provider: IdentityProviderId, group_id: str, *, with_members: bool = True
    ) -> DirectoryGroup:
        """Raises NotFound."""
        criteria = [Criterion(Attribute.ID, group_id)]
        found = await self.groups(provider, criteria, Part(count=1), with_members=with_members)
        if not found.items:
            raise NotFound("there is no such group")
        return found.items[0]

    async def groups(
        self,
        provider: IdentityProviderId,
        criteria: Sequence[Criterion],
        part: Part,
        *,
        with_members: bool = True,
    ) -> Found[DirectoryGroup]:
        """Those that meet every criterion."""
        return await self._directory.groups(provider, criteria, part, with_members=with_members)

    async def add_group(self, provider: IdentityProviderId, change: GroupChange) -> DirectoryGroup:
        """A new group, as ``change`` makes it of an empty one. Raises Invalid, and Conflict for a name
        that is taken."""
        now = self._clock.now()
        empty = DirectoryGroup(
            id=DirectoryGroupId(self._randomness.identifier()),
            provider=provider,
            display_name="",
            created=now,
            modified=now,
        )
        async with self._locks[provider]:
            return await self._save_group(empty, change(empty))

    async def change_group(
        self,
        provider: IdentityProviderId,
        group_id: str,
        change: GroupChange,
        *,
        expected: int | None = None,
    ) -> DirectoryGroup:
        """Raises NotFound, Invalid, Outdated, and Conflict for a name that is taken."""
        async with self._locks[provider]:
            before = await self.group(provider, group_id)
            _refuse_outdated(before.version, expected)
            return await self._save_group(before, change(before))

    async def delete_group(
        self, provider: IdentityProviderId, group_id: str, *, expected: int | None = None
    ) -> None:
        """Raises NotFound and Outdated. Nobody is in it before it goes, so that a deletion that was
        cut short can be repeated."""
        emptied = await self.change_group(
            provider, group_id, lambda group: replace(group, members=frozenset()), expected=expected
        )
        async with self._locks[provider]:
            await self._directory.remove_group(provider, emptied.id, expected=emptied.version)
        log.info("directory group deleted", identity_provider=provider, group=emptied.display_name)

    async def _save_group(self, before: DirectoryGroup, after: DirectoryGroup) -> DirectoryGroup:
        provider = before.provider
        await self._check_group(after)
        saved = after
        if after != before:
            changed = replace(after, modified=self._clock.now())
            saved = await self._directory.save_group(changed, expected=before.version)
        renamed = (before.display_name, before.external_id) != (saved.display_name, saved.external_id)
        affected = before.members | saved.members if renamed else before.members ^ saved.members
        unknown = after.members - saved.members
        await self._effects.settle(provider, affected)
        log.info(
            "directory group saved",
            identity_provider=provider,
            group=saved.display_name,
            members=len(saved.members),
            affected=len(affected),
            unknown=len(unknown),
        )
        return saved

    async def _check_group(self, group: DirectoryGroup) -> None:
        """Raises Invalid, and Conflict where rules that name a group by its id could be meant for
        one that has that id for a name, or the other way around."""
        _check_texts(displayName=group.display_name, externalId=group.external_id)
        if not group.display_name.strip():
            raise Invalid("displayName", "is missing: give the group's name")
        for attribute, value in (
            (Attribute.EXTERNAL_ID, group.display_name),
            (Attribute.DISPLAY_NAME, group.external_id),
        ):
            if value:
                called = [Criterion(attribute, value)]
                others = await self.groups(group.provider, called, Part(count=2), with_members=False)
                if any(other.id != group.id for other in others.items):
                    raise Conflict(f"{value!r} is one group's name and another's external id: rename it")


def _checked_user(user: DirectoryUser) -> DirectoryUser:
    _check_texts(
        userName=user.user_name,
        externalId=user.external_id,
        emails=user.email,
        displayName=user.display_name,
        givenName=user.given_name,
        familyName=user.family_name,
    )
    if not folded(user.user_name):
        raise Invalid("userName", "is missing: give what the person signs in with")
    return user


def _check_texts(**texts: str) -> None:
    for field, text in texts.items():
        if len(text) > LONGEST or "\0" in text or not _is_unicode(text):
            raise Invalid(field, f"must be text of at most {LONGEST} characters")


def _is_unicode(text: str) -> bool:
    """JSON may hold halves of surrogate pairs; a database may not."""
    return not any("\ud800" <= character <= "\udfff" for character in text)


def _refuse_outdated(version: int, expected: int | None) -> None:
    if expected is not None and version != expected:
        raise Outdated("it changed meanwhile: read it again")


def _tell(event: str, user: DirectoryUser) -> None:
    log.info(
        event,
        identity_provider=user.provider,
        user=user.id,
        user_name=user.user_name,
        active=user.may_sign_in,
    )
