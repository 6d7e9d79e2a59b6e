from __future__ import annotations

import asyncio
import socket

import pytest

from doorward.connector.connector import Connector
from doorward.connector.link import ConnectorLink
from doorward.connector.origins import Origins, Unopened
from doorward.model.application import Origin
from doorward.tunnel.control import Configure, Drain, Drained, Health, Hello, Message, Refuse, Welcome, encode
from doorward.tunnel.opening import Refusal, opening
from tests.fakes.transports import FakeOwner, FakeTransport, Turns
from tests.fakes.tunnel_world import free_port

HELLO = Hello(tunnel="home", secret="s", connector="c", version="1")


class Scene:
    """A connector with one link that goes nowhere. Needs a running event loop."""

    def __init__(self) -> None:
        self.welcomes = 0
        self.turns = Turns()
        self.connector = Connector(Origins((), timeout=1.0), self._count)
        self.transport = FakeTransport()
        self.link = ConnectorLink(
            hello=HELLO,
            call_soon=self.turns.call_soon,
            buffer=memoryview(bytearray(1)),
            accept=self.connector.accept,
            hear=self.connector.hear,
            over=asyncio.get_running_loop().create_future(),
        )
        self.link.connected(self.transport)
        self.link._control.attach(self.link.open(encode(HELLO), FakeOwner()))  # noqa: SLF001 - no TLS here

    def hear(self, message: Message) -> None:
        self.connector.hear(self.link, message)

    def said(self) -> bytes:
        self.turns.take_all()
        return self.transport.written

    def _count(self) -> None:
        self.welcomes += 1


def test_only_configured_services_are_dialled_and_problems_are_told_and_taken_back() -> None:
    async def scenario() -> None:
        scene, port = Scene(), free_port()
        scene.hear(Welcome(relay="r"))
        scene.hear(Configure(services={"app": Origin(url=f"http://127.0.0.1:{port}")}))
        with pytest.raises(Unopened) as unopened:
            await scene.connector.dial("other", asyncio.Protocol)
        assert unopened.value.refused.reason is Refusal.UNKNOWN_SERVICE
        problem = f"nothing listens on 127.0.0.1 port {port}"
        for _ in range(2):
            with pytest.raises(Unopened, match=problem):
                await scene.connector.dial("app", asyncio.Protocol)
        assert scene.said().count(encode(Health(problems={"app": problem}))) == 1
        with socket.create_server(("127.0.0.1", port)):
            await scene.connector.dial("app", asyncio.Protocol)
        assert scene.said().endswith(encode(Health(problems={})))
        assert scene.connector.metrics()["streams_refused_total"] == 3

    asyncio.run(scenario())


def test_problems_of_services_that_left_are_forgotten() -> None:
    async def scenario() -> None:
        scene = Scene()
        scene.hear(Welcome(relay="r"))
        scene.hear(Configure(services={"app": Origin(url="nonsense")}))
        with pytest.raises(Unopened):
            await scene.connector.dial("app", asyncio.Protocol)
        scene.hear(Configure(services={}))
        assert scene.said().endswith(encode(Health(problems={})))

    asyncio.run(scenario())


def test_draining_asks_every_link_and_ends_when_all_have_agreed() -> None:
    async def scenario() -> None:
        scene = Scene()
        scene.hear(Welcome(relay="r"))
        scene.connector.begin_drain()
        assert scene.said().endswith(encode(Drain()))
        asked = scene.connector.is_drained
        scene.hear(Drained())
        assert [asked, scene.connector.is_drained] == [False, True]
        scene.connector.close()
        assert scene.transport.is_closed

    asyncio.run(scenario())


def test_a_link_that_comes_while_draining_is_asked_too() -> None:
    async def scenario() -> None:
        scene = Scene()
        scene.connector.begin_drain()
        scene.hear(Welcome(relay="r"))
        assert scene.said().endswith(encode(Drain()))
        assert scene.welcomes == 1

    asyncio.run(scenario())


def test_a_lost_link_counts_no_more() -> None:
    async def scenario() -> None:
        scene = Scene()
        scene.hear(Welcome(relay="r"))
        before = scene.connector.metrics()["links"]
        scene.connector.lost(scene.link)
        scene.connector.lost(scene.link)
        assert [before, scene.connector.metrics()["links"]] == [1, 0]

    asyncio.run(scenario())


def test_what_only_connectors_say_is_not_heard_from_a_relay() -> None:
    async def scenario() -> None:
        scene = Scene()
        scene.hear(Refuse(sentence="later", permanent=False))
        assert not scene.transport.is_aborted
        scene.hear(Drain())
        assert scene.link.problem

    asyncio.run(scenario())


def test_closing_ends_attempts_that_still_run() -> None:
    async def scenario() -> None:
        scene = Scene()
        with socket.create_server(("127.0.0.1", 0)) as silent:
            url = f"https://127.0.0.1:{silent.getsockname()[1]}"
            scene.hear(Configure(services={"app": Origin(url=url)}))
            stream = scene.link.open(b"", FakeOwner())
            stream.owner = scene.connector.accept(scene.link, stream)
            stream.owner.received(opening("app"))
            await asyncio.sleep(0.01)
            busy = scene.connector.is_drained
            scene.connector.close()
            await asyncio.sleep(0.01)
            assert [busy, scene.connector.is_drained] == [False, True]

    asyncio.run(scenario())
