from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from doorward.model.policy import Action
from doorward.model.rule import Selector
from doorward.model.service_token import credential
from tests.services.sample import ADA, application, policy
from tests.services.signing_in import enter
from tests.services.test_sessions import stream
from tests.services.world import World


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


def test_a_machines_stream_is_judged_like_any_other_by_the_credential_that_opened_it(world: World) -> None:
    """A change that lets it in disturbs nothing; one that does not, or an end of its proof, cuts it."""
    (ci,) = world.current.get().configuration.service_tokens
    [machine] = ci.credentials(world.clock.now())
    other = credential(ci.id, "0" * 64)

    async def change() -> list[str]:
        world.relays.open = [
            stream(machine),
            stream(other, name="2"),
            stream("service-token:gone:1", name="3"),
        ]
        await world.configurations.change(lambda c: replace(c, session_duration=timedelta(hours=2)))
        return [each.id for each in world.relays.open]

    assert asyncio.run(change()) == ["1"]

    async def narrow() -> list[str]:
        await world.configurations.change(
            lambda c: replace(
                c, applications=tuple(replace(a, policies=a.policies[1:]) for a in c.applications)
            )
        )
        return [each.id for each in world.relays.open]

    assert asyncio.run(narrow()) == []


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


@pytest.mark.parametrize(("path", "cut"), [("/public/ws", 0), ("/admin/ws", 1), ("/ADMIN/ws", 1), ("", 1)])
def test_a_stream_counts_as_the_request_that_opened_it(world: World, path: str, cut: int) -> None:
    enter(world, ADA)
    no_admin = policy(Action.ALLOW, Selector("everyone"), exclude=(Selector("path", "/admin/**"),))

    async def change() -> int:
        [session] = await world.sessions.listed()
        await world.configurations.change(
            lambda c: replace(c, applications=(application("hello", no_admin),))
        )
        world.relays.open = [replace(stream(session.id), method="GET" if path else "", path=path)]
        return await world.streams.recheck()

    assert asyncio.run(change()) == cut
