from __future__ import annotations

import asyncio

from doorward.model.ids import ApplicationId, TunnelId
from doorward.model.tunnel import ConnectorStatus
from doorward.relay.connectors import Connectors
from tests.fakes.clock import START
from tests.fakes.transports import FakeOwner
from tests.relay.links import LoneLink

HOME, APP = TunnelId("home"), ApplicationId("app")


def test_the_link_with_the_fewest_streams_carries_the_next() -> None:
    async def scenario() -> None:
        connectors, one, two = Connectors(), LoneLink(), LoneLink()
        connectors.add(one)
        connectors.add(two)
        for _ in range(6):
            link = connectors.pick(HOME, APP)
            assert link is not None
            link.open(b"", FakeOwner())
        assert (one.stream_count, two.stream_count) == (3, 3)
        assert connectors.of(HOME) == (one, two)

    asyncio.run(scenario())


def test_draining_links_carry_nothing_new() -> None:
    async def scenario() -> None:
        connectors, one = Connectors(), LoneLink()
        connectors.add(one)
        one.draining = True
        assert connectors.pick(HOME, APP) is None
        assert connectors.pick(TunnelId("other"), APP) is None

    asyncio.run(scenario())


def test_a_connector_that_cannot_reach_the_service_is_the_last_choice() -> None:
    async def scenario() -> None:
        connectors, ill, well = Connectors(), LoneLink("a"), LoneLink("b")
        ill.problems = {APP: "down"}
        connectors.add(ill)
        assert connectors.pick(HOME, APP) is ill
        connectors.add(well)
        well.open(b"", FakeOwner())
        assert connectors.pick(HOME, APP) is well

    asyncio.run(scenario())


def test_a_connector_s_links_are_counted_together() -> None:
    async def scenario() -> None:
        connectors, links = Connectors(), [LoneLink("a"), LoneLink("a"), LoneLink("b")]
        for link in links:
            link.open(b"", FakeOwner())
            connectors.add(link)
        statuses = connectors.statuses()
        assert [(s.id, s.links) for s in statuses] == [("a", 2), ("b", 1)]
        assert statuses[1] == ConnectorStatus(
            id="b", tunnel=HOME, version="1", source="192.0.2.9", links=1, streams=0, since=START
        )

    asyncio.run(scenario())


def test_a_removed_link_is_gone() -> None:
    async def scenario() -> None:
        connectors, link = Connectors(), LoneLink()
        connectors.add(link)
        assert connectors.serves(HOME)
        assert list(connectors) == [link]
        assert connectors.remove(link)
        assert not connectors.remove(link)
        assert not connectors.serves(HOME)

    asyncio.run(scenario())
