from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from tests.services.signing_in import enter
from tests.services.test_sessions import stream
from tests.services.world import ADA, World


@pytest.fixture
def world() -> World:
    world = World()
    asyncio.run(world.begin())
    return world


def test_streams_that_would_be_opened_today_stay(world: World) -> None:
    enter(world, ADA)

    async def recheck() -> int:
        [session] = await world.sessions.listed()
        world.relays.open = [stream(session.id), stream("", name="2", application="open")]
        return await world.streams.recheck()

    assert asyncio.run(recheck()) == 0
    assert len(world.relays.open) == 2


def test_a_policy_that_changed_cuts_who_no_longer_passes(world: World) -> None:
    enter(world, ADA)

    async def change() -> None:
        [session] = await world.sessions.listed()
        world.relays.open = [stream(session.id)]
        await world.configurations.change(
            lambda c: replace(c, applications=tuple(replace(a, policies=()) for a in c.applications))
        )

    asyncio.run(change())
    assert world.relays.open == []


@pytest.mark.parametrize(
    ("session", "application"), [("", "hello"), ("unknown", "hello"), ("", "gone"), ("", "closed")]
)
def test_a_stream_of_nobody_or_to_nowhere_is_cut(world: World, session: str, application: str) -> None:
    world.relays.open = [stream(session, application=application)]
    assert asyncio.run(world.streams.recheck()) == 1
