from __future__ import annotations

import asyncio

import pytest

from doorward.model.errors import Invalid, NotFound
from doorward.model.ids import ApplicationId, SessionId, TunnelId
from doorward.ports.relays import LiveStream
from tests.services.sample import ADA, BOB
from tests.services.signing_in import enter
from tests.services.world import World


def stream(
    session: str, *, name: str = "1", application: str = "hello", source: str = "192.0.2.7"
) -> LiveStream:
    world = World()
    return LiveStream(
        id=name,
        tunnel=TunnelId("t1"),
        application=ApplicationId(application),
        session=SessionId(session),
        source=source,
        opened=world.clock.now(),
    )


@pytest.fixture
def world() -> World:
    world = World()
    asyncio.run(world.begin())
    return world


def test_revoking_reaches_the_edges_and_cuts_open_streams(world: World) -> None:
    enter(world, ADA)

    async def revoke() -> None:
        [session] = await world.sessions.listed(email="ADA@example.com")
        world.relays.open = [stream(session.id), stream("other", name="2")]
        before = world.edges.published[-1].version
        assert await world.sessions.revoke(session.id) == [await world.stores.sessions.get(session.id)]
        assert world.edges.published[-1].version != before
        assert [s.session for s in world.relays.open] == ["other"]
        assert await world.sessions.listed() == []

    asyncio.run(revoke())


def test_revoking_twice_or_what_is_not_there_is_not_found(world: World) -> None:
    enter(world, ADA)

    async def revoke_twice() -> None:
        [session] = await world.sessions.listed()
        await world.sessions.revoke(session.id)
        await world.sessions.revoke(session.id)

    with pytest.raises(NotFound):
        asyncio.run(revoke_twice())
    with pytest.raises(NotFound):
        asyncio.run(world.sessions.revoke(SessionId("nothing")))


def test_a_persons_sessions_end_together_and_nobody_elses(world: World) -> None:
    for who in (ADA, ADA, BOB):
        enter(world, who)

    async def revoke() -> list[str]:
        assert len(await world.sessions.revoke_of("ada@example.com")) == 2
        return [session.identity.email for session in await world.sessions.listed()]

    assert asyncio.run(revoke()) == ["bob@example.com"]


def test_a_malformed_address_is_invalid(world: World) -> None:
    with pytest.raises(Invalid):
        asyncio.run(world.sessions.revoke_of("nobody"))
