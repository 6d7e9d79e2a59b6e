from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from doorward.model.configuration import Configuration
from doorward.model.errors import Unavailable
from doorward.model.policy import Action
from doorward.model.rule import Selector
from doorward.services.questions import Deny, Pass
from doorward.services.time_boundaries import next_boundary
from tests.services.sample import ADA, BOB, application, ask, policy
from tests.services.signing_in import enter
from tests.services.test_sessions import stream
from tests.services.world import World

SECOND = timedelta(seconds=1)
EVENING = datetime(2026, 3, 2, 16, 30, tzinfo=UTC)
OFFICE_HOURS = Selector("time_of_day", "09:00-17:30 Europe/Berlin")


def by_the_clock(configuration: Configuration) -> Configuration:
    """``hello`` is for Ada in office hours, and for Bob always."""
    ada = policy(Action.ALLOW, Selector("email", "ada@example.com"), require=(OFFICE_HOURS,), name="ada")
    bob = policy(Action.ALLOW, Selector("email", "bob@example.com"), name="bob")
    return replace(configuration, applications=(application("hello", ada, bob),))


@pytest.fixture
def world() -> World:
    world = World()
    world.clock.set(EVENING - timedelta(minutes=30))
    asyncio.run(world.begin())
    asyncio.run(world.configurations.change(by_the_clock))
    return world


async def streams_of(world: World) -> None:
    """Ada and Bob have an open stream each."""
    by_email = {s.identity.email: s for s in await world.sessions.listed()}
    world.relays.open = [stream(by_email[who.email].id, name=who.name) for who in (ADA, BOB)]


async def round_(world: World) -> bool:
    """One round; whether it looked at streams."""
    look = world.time_boundaries.begin_round()
    if look is None:
        return False
    await look
    return True


def left(world: World) -> list[str]:
    return [each.id for each in world.relays.open]


def test_when_the_hour_comes_streams_that_no_longer_pass_are_cut_and_no_others(world: World) -> None:
    cookies = enter(world, ADA)
    enter(world, BOB)

    async def walk() -> None:
        await streams_of(world)
        await round_(world)
        world.clock.set(EVENING - SECOND)
        assert not await round_(world)
        assert left(world) == ["ada", "bob"]
        world.clock.set(EVENING)
        assert await round_(world)
        assert left(world) == ["bob"]
        world.clock.advance(SECOND)
        assert not await round_(world)

    asyncio.run(walk())
    assert isinstance(asyncio.run(world.decider.answer(ask(cookies=cookies))), Deny)
    world.clock.set(EVENING + timedelta(hours=15, minutes=31))
    assert isinstance(asyncio.run(world.decider.answer(ask(cookies=cookies))), Pass)


def test_no_token_outlives_the_hour(world: World) -> None:
    world.clock.set(EVENING - timedelta(minutes=10))
    cookies = enter(world, ADA)
    claims = world.tokens.verify(cookies["__Host-doorward-token"])
    assert claims["exp"] == int((EVENING - SECOND).timestamp())


def test_a_clock_that_is_put_back_or_far_forward_has_streams_looked_at(world: World) -> None:
    enter(world, ADA)
    enter(world, BOB)

    async def walk() -> None:
        await round_(world)
        world.clock.set(EVENING - timedelta(hours=9))
        await streams_of(world)
        assert await round_(world)
        assert left(world) == ["bob"]
        await streams_of(world)
        world.clock.set(EVENING + timedelta(hours=8))
        assert await round_(world)
        assert left(world) == ["bob"]

    asyncio.run(walk())


def test_streams_of_a_relay_that_comes_back_are_looked_at(world: World) -> None:
    enter(world, ADA)
    enter(world, BOB)

    async def walk() -> None:
        world.clock.set(EVENING + SECOND)
        await streams_of(world)
        assert await round_(world)
        assert left(world) == ["bob"]
        assert not await round_(world)

    asyncio.run(walk())


def test_a_rule_that_comes_later_is_kept_to_as_well(world: World) -> None:
    async def walk() -> None:
        await round_(world)
        earlier = Selector("time_of_day", "09:00-17:15 Europe/Berlin")
        only = policy(Action.ALLOW, Selector("everyone"), require=(earlier,))
        await world.configurations.change(lambda c: replace(c, applications=(application("hello", only),)))
        await round_(world)
        world.clock.set(EVENING - timedelta(minutes=15))
        assert await round_(world)

    asyncio.run(walk())


def test_a_look_that_fails_is_repeated(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    enter(world, ADA)
    enter(world, BOB)

    async def failing() -> int:
        raise Unavailable("the database does not answer")

    async def walk() -> None:
        await round_(world)
        await streams_of(world)
        world.clock.set(EVENING)
        with monkeypatch.context() as broken:
            broken.setattr(world.streams, "recheck", failing)
            assert await round_(world)
        assert left(world) == ["ada", "bob"]
        assert await round_(world)
        assert left(world) == ["bob"]
        await world.time_boundaries.close()

    asyncio.run(walk())


def test_the_next_moment_is_the_first_of_all_rules_of_all_applications(world: World) -> None:
    assert next_boundary(world.current.get(), world.clock.now()) == EVENING
    weekend = policy(Action.ALLOW, Selector("everyone"), exclude=(Selector("weekday", "sat,sun UTC"),))
    plain = policy(Action.ALLOW, Selector("everyone"))
    asyncio.run(
        world.configurations.change(
            lambda c: replace(c, applications=(application("hello", weekend), application("wiki", plain)))
        )
    )
    assert next_boundary(world.current.get(), world.clock.now()) == datetime(2026, 3, 7, tzinfo=UTC)
    asyncio.run(world.configurations.change(lambda c: replace(c, applications=(application("wiki", plain),))))
    assert next_boundary(world.current.get(), world.clock.now()) is None
