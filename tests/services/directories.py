"""A company whose directory pushes, for the tests of what that does.

Eve signs in there.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import TypeVar

from doorward.model.directory import DirectoryGroup, DirectoryUser
from doorward.model.ids import IdentityProviderId
from doorward.model.session import Session
from doorward.services.directory import Directories, GroupChange, UserChange
from doorward.services.directory_effects import DirectoryEffects
from tests.fakes.facts import FakeFactsChanged
from tests.fakes.stores import FakeStores
from tests.scim.server import with_scim
from tests.services.sample import COMPANY, person
from tests.services.world import World

T = TypeVar("T")

EVE = person("eve", "from the token", provider=COMPANY)


Fields = Mapping[str, object]
NOTHING: Fields = MappingProxyType({})


class Company:
    """The company's directory, over a world whose facts are told to a fake."""

    def __init__(self) -> None:
        self.world = World(stores=FakeStores(with_scim()))
        asyncio.run(self.world.begin())
        self.facts = FakeFactsChanged()
        self.again()

    def again(self) -> None:
        """As after a start: what was held in memory is gone."""
        world = self.world
        self.directories = Directories(
            world.stores.directory,
            effects=DirectoryEffects(
                world.stores, sessions=world.sessions, facts=self.facts, clock=world.clock
            ),
            clock=world.clock,
            randomness=world.randomness,
        )

    def do(self, doing: Awaitable[T]) -> T:
        async def done() -> T:
            return await doing

        return asyncio.run(done())

    def add(
        self, name: str = "eve", *, provider: IdentityProviderId = COMPANY, but: Fields = NOTHING
    ) -> DirectoryUser:
        """Somebody new who signs in with ``name``'s address, ``but`` for these fields."""
        fields = {"user_name": f"{name}@example.com", **but}
        return self.do(self.directories.add_user(provider, changed(**fields)))

    def add_group(self, name: str, *members: DirectoryUser, external_id: str = "") -> DirectoryGroup:
        return self.do(self.directories.add_group(COMPANY, group(name, *members, external_id=external_id)))

    def sessions(self) -> list[Session]:
        return list(self.do(self.world.sessions.listed()))

    def change(self, user: DirectoryUser, **fields: object) -> DirectoryUser:
        return self.do(self.directories.change_user(COMPANY, user.id, changed(**fields)))

    def change_group(self, group: DirectoryGroup, **fields: object) -> DirectoryGroup:
        def apply(found: DirectoryGroup) -> DirectoryGroup:
            return replace(found, **fields)  # type: ignore[arg-type]  # fields of a test's choice

        return self.do(self.directories.change_group(COMPANY, group.id, apply))


def changed(**fields: object) -> UserChange:
    def apply(user: DirectoryUser) -> DirectoryUser:
        return replace(user, **fields)  # type: ignore[arg-type]  # fields of a test's choice

    return apply


def group(name: str, *members: DirectoryUser, external_id: str = "") -> GroupChange:
    def apply(empty: DirectoryGroup) -> DirectoryGroup:
        ids = frozenset(member.id for member in members)
        return replace(empty, display_name=name, members=ids, external_id=external_id)

    return apply
