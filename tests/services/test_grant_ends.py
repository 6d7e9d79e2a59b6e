from __future__ import annotations

import asyncio
from datetime import timedelta

from doorward.model.ids import ApplicationId, TunnelId
from doorward.model.policy import Purpose
from doorward.model.session import Session
from doorward.model.tunnel import LiveStream
from doorward.services.grant_ends import GrantEnds
from tests.fakes.stores import FakeStores
from tests.services.granting import wanting
from tests.services.sample import BOB, SOURCE, configuration
from tests.services.signing_in import signed_in
from tests.services.world import World


def stream(session: Session, *, id: str) -> LiveStream:
    return LiveStream(
        id=id,
        tunnel=TunnelId("t1"),
        application=ApplicationId("hello"),
        session=session.id,
        source=str(SOURCE),
        opened=session.created,
    )


async def with_a_grant() -> tuple[World, Session]:
    """Ada said why, and has a stream open; Bob's is another's."""
    world = World(stores=FakeStores(wanting(configuration(), purpose=Purpose())))
    await world.begin()
    ada, bob = await signed_in(world), await signed_in(world, BOB.email, "bob's")
    await world.grants.ask(
        ada, ApplicationId("hello"), reason="to mend it", wanted=timedelta(), source=SOURCE, target="/"
    )
    world.relays.open = [stream(ada, id="hers"), stream(bob, id="his")]
    return world, ada


def test_when_a_grant_ends_its_sessions_streams_are_judged_and_no_others() -> None:
    async def run() -> None:
        world, _ = await with_a_grant()
        end = world.grant_ends.next_moment()
        assert end is not None
        world.clock.set(end)
        await world.grant_ends.come()
        assert [each.id for each in world.relays.open] == ["his"]
        assert world.grant_ends.next_moment() is None

    asyncio.run(run())


def test_grants_that_were_given_before_a_start_end_too() -> None:
    async def run() -> None:
        world, _ = await with_a_grant()
        anew = GrantEnds(world.stores.grants, streams=world.streams, clock=world.clock)
        assert anew.next_moment() is None
        await anew.begin()
        assert anew.next_moment() == world.grant_ends.next_moment()

    asyncio.run(run())
