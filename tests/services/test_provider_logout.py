from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from doorward.model.access import Identity
from doorward.model.errors import NotFound, Refused
from doorward.model.ids import SessionId
from doorward.ports.identity import Arrival
from tests.services.sample import ADA, COMPANY, STAFF, person
from tests.services.signing_in import VISIT
from tests.services.world import World

EVE = person("eve", "engineers", provider=COMPANY)


@pytest.fixture
def world() -> World:
    world = World()
    asyncio.run(world.begin())
    return world


async def arrive(world: World, identity: Identity, provider_session: str) -> None:
    arrival = Arrival(identity=identity, provider_session=provider_session)
    await world.arrivals.signed_in(arrival, VISIT)


async def live(world: World) -> list[str]:
    return sorted(session.provider_session for session in await world.sessions.listed())


def test_a_notice_of_a_session_ends_that_one_and_says_why(world: World) -> None:
    async def walk() -> tuple[int, list[str], list[SessionId]]:
        for name in ("one", "two"):
            await arrive(world, EVE, name)
        ended = await world.provider_logout.back_channel(COMPANY, "sid:one")
        return ended, await live(world), list(await world.stores.sessions.revoked_since(world.clock.now()))

    ended, left, revoked = asyncio.run(walk())
    assert (ended, left) == (1, ["two"])
    assert asyncio.run(world.stores.sessions.get(revoked[0])).why_revoked.startswith("You signed out")


def test_a_notice_of_a_person_ends_all_of_theirs_and_nobody_elses(world: World) -> None:
    async def walk() -> list[str]:
        await arrive(world, EVE, "one")
        await arrive(world, EVE, "two")
        await arrive(world, replace(ADA, subject=EVE.subject), "of another provider")
        await world.provider_logout.back_channel(COMPANY, f"sub:{EVE.subject}")
        return await live(world)

    assert asyncio.run(walk()) == ["of another provider"]


def test_a_notice_works_once(world: World) -> None:
    async def walk() -> None:
        await world.provider_logout.back_channel(COMPANY, "sid:one")
        await world.provider_logout.back_channel(COMPANY, "sid:one")

    with pytest.raises(Refused, match="used already"):
        asyncio.run(walk())


def test_a_token_that_does_not_hold_ends_nothing(world: World) -> None:
    async def walk() -> None:
        await arrive(world, EVE, "one")
        await world.provider_logout.back_channel(COMPANY, "nonsense")

    with pytest.raises(Refused):
        asyncio.run(walk())
    assert asyncio.run(live(world)) == ["one"]


@pytest.mark.parametrize("provider", ["gone", STAFF])
def test_a_provider_that_is_not_there_or_sends_none_has_no_back_channel(world: World, provider: str) -> None:
    with pytest.raises(NotFound):
        asyncio.run(world.provider_logout.back_channel(provider, "sid:one"))


def test_the_browser_may_bring_the_name_of_the_session(world: World) -> None:
    async def walk() -> tuple[int, int, int, list[str]]:
        for name in ("one", "two", ""):
            await arrive(world, EVE, name)
        counts = [await world.provider_logout.front_channel(COMPANY, name) for name in ("one", "", "x" * 300)]
        return counts[0], counts[1], counts[2], await live(world)

    assert asyncio.run(walk()) == (1, 0, 0, ["", "two"])
