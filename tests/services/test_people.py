from __future__ import annotations

import asyncio

from doorward.services.people import accounts_of
from tests.services.sample import ADA
from tests.services.world import World


def test_local_accounts_are_found_by_their_address_and_nobody_else() -> None:
    world = World()
    asyncio.run(world.begin())
    in_force = world.current.get()
    assert list(accounts_of(in_force, world.provider_for, "ada@example.com")) == [ADA]
    assert list(accounts_of(in_force, world.provider_for, "zoe@example.com")) == []
