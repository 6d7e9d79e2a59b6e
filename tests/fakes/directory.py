"""A directory in dictionaries, with the same promises as a database's."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import TypeVar

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
from doorward.model.errors import Conflict, NotFound
from doorward.model.ids import IdentityProviderId

Thing = TypeVar("Thing", DirectoryUser, DirectoryGroup)

OF_USERS: Mapping[Attribute, Callable[[DirectoryUser, str], bool]] = MappingProxyType(
    {
        Attribute.ID: lambda user, value: user.id == value,
        Attribute.EXTERNAL_ID: lambda user, value: user.external_id == value,
        Attribute.USER_NAME: lambda user, value: folded(user.user_name) == folded(value),
        Attribute.EMAIL: lambda user, value: folded(user.email) == folded(value),
        Attribute.DISPLAY_NAME: lambda user, value: folded(user.display_name) == folded(value),
        Attribute.ACTIVE: lambda user, value: user.active is (value == "true"),
    }
)
OF_GROUPS: Mapping[Attribute, Callable[[DirectoryGroup, str], bool]] = MappingProxyType(
    {
        Attribute.ID: lambda group, value: group.id == value,
        Attribute.EXTERNAL_ID: lambda group, value: group.external_id == value,
        Attribute.DISPLAY_NAME: lambda group, value: folded(group.display_name) == folded(value),
        Attribute.MEMBER: lambda group, value: value in group.members,
    }
)


class FakeDirectory:
    """People and groups by id. ``check`` is asked first of all; it may raise."""

    def __init__(self, check: Callable[[], None] = lambda: None) -> None:
        self._users: dict[DirectoryUserId, DirectoryUser] = {}
        self._groups: dict[DirectoryGroupId, DirectoryGroup] = {}
        self._check = check

    async def users(
        self, provider: IdentityProviderId, criteria: Sequence[Criterion], part: Part
    ) -> Found[DirectoryUser]:
        self._check()
        meeting = [
            user
            for user in self._users.values()
            if user.provider == provider and not user.deleted and _meets(user, criteria, OF_USERS)
        ]
        return _part(meeting, part)

    async def known_as(self, provider: IdentityProviderId, names: Collection[str]) -> Sequence[DirectoryUser]:
        self._check()
        called = (
            user
            for user in self._users.values()
            if user.provider == provider
            and {user.external_id, folded(user.user_name), folded(user.email)} & set(names)
        )
        return _oldest_first(called)

    async def save_user(self, user: DirectoryUser, *, expected: int) -> DirectoryUser:
        self._check()
        _refuse_if_changed(self._users.get(user.id), user, expected)
        living = [u for u in self._users.values() if u.provider == user.provider and not u.deleted]
        if not user.deleted:
            names = {folded(other.user_name) for other in living if other.id != user.id}
            if folded(user.user_name) in names:
                raise Conflict(f"somebody else has the user name {user.user_name!r}")
        saved = replace(user, version=expected + 1)
        self._users[user.id] = saved
        if saved.deleted:
            for group in self._groups.values():
                self._groups[group.id] = replace(group, members=group.members - {saved.id})
        return saved

    async def groups(
        self,
        provider: IdentityProviderId,
        criteria: Sequence[Criterion],
        part: Part,
        *,
        with_members: bool = True,
    ) -> Found[DirectoryGroup]:
        self._check()
        meeting = [
            group
            for group in self._groups.values()
            if group.provider == provider and _meets(group, criteria, OF_GROUPS)
        ]
        found = _part(meeting, part)
        if with_members:
            return found
        return replace(found, items=[replace(group, members=frozenset()) for group in found.items])

    async def save_group(self, group: DirectoryGroup, *, expected: int) -> DirectoryGroup:
        self._check()
        _refuse_if_changed(self._groups.get(group.id), group, expected)
        others = (g for g in self._groups.values() if g.provider == group.provider and g.id != group.id)
        if folded(group.display_name) in {folded(other.display_name) for other in others}:
            raise Conflict(f"another group is called {group.display_name!r}")
        there = {u.id for u in self._users.values() if u.provider == group.provider and not u.deleted}
        saved = replace(group, members=group.members & there, version=expected + 1)
        self._groups[group.id] = saved
        return saved

    async def remove_group(
        self, provider: IdentityProviderId, group_id: DirectoryGroupId, *, expected: int
    ) -> None:
        self._check()
        group = self._groups.get(group_id)
        if group is None or group.provider != provider:
            raise NotFound(f"there is no group {group_id!r}")
        if group.version != expected:
            raise Conflict("it changed meanwhile: read it again")
        del self._groups[group_id]

    async def keep_only(self, providers: Collection[IdentityProviderId]) -> None:
        self._check()
        self._users = {i: user for i, user in self._users.items() if user.provider in providers}
        self._groups = {i: group for i, group in self._groups.items() if group.provider in providers}


def _meets(
    thing: Thing, criteria: Sequence[Criterion], tests: Mapping[Attribute, Callable[[Thing, str], bool]]
) -> bool:
    return all(c.attribute in tests and tests[c.attribute](thing, c.value) for c in criteria)


def _oldest_first(things: Iterable[Thing]) -> list[Thing]:
    return sorted(things, key=lambda thing: (thing.created, thing.id))


def _part(meeting: Sequence[Thing], part: Part) -> Found[Thing]:
    end = None if part.count is None else part.skip + part.count
    return Found(items=_oldest_first(meeting)[part.skip : end], total=len(meeting))


def _refuse_if_changed(stored: Thing | None, given: Thing, expected: int) -> None:
    there = (stored.provider, stored.version) if stored else (given.provider, 0)
    if there != (given.provider, expected):
        raise Conflict("it changed meanwhile: read it again")
