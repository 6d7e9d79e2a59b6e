from __future__ import annotations

import asyncio

import pytest

from doorward.connector.link import ConnectorLink
from doorward.tunnel import frames
from doorward.tunnel.control import Configure, Hello, Message, Refuse, Welcome, encode
from doorward.tunnel.frames import header
from doorward.tunnel.link import Link
from doorward.tunnel.stream import Stream
from tests.fakes.transports import FakeOwner, Turns

HELLO = Hello(tunnel="home", secret="s", connector="c", version="1")


class Scene:
    """A connector's link over a real socket pair, of which the test is the relay. Needs a loop."""

    def __init__(self) -> None:
        self.heard: list[Message] = []
        self.accepted: list[FakeOwner] = []
        self.link = ConnectorLink(
            hello=HELLO,
            call_soon=Turns().call_soon,
            buffer=memoryview(bytearray(70_000)),
            accept=self._accept,
            hear=lambda _, message: self.heard.append(message),
            over=asyncio.get_running_loop().create_future(),
        )

    def take(self, data: bytes) -> None:
        self.link.get_buffer(-1)[: len(data)] = data
        self.link.buffer_updated(len(data))

    def _accept(self, _link: Link, _stream: Stream) -> FakeOwner:
        self.accepted.append(FakeOwner())
        return self.accepted[-1]


def said(message: Message) -> bytes:
    data = encode(message)
    return header(frames.DATA, 0, 1, len(data)) + data


async def connected(scene: Scene) -> tuple[asyncio.Server, asyncio.Transport]:
    server = await asyncio.start_server(lambda _, writer: writer.close(), "127.0.0.1", 0)
    transport, _ = await asyncio.get_running_loop().create_connection(
        lambda: scene.link, *server.sockets[0].getsockname()
    )
    return server, transport


def test_a_link_says_hello_and_hears_welcome_services_and_refusal() -> None:
    async def scenario() -> None:
        scene = Scene()
        server, transport = await connected(scene)
        assert encode(HELLO) in scene.link.multiplexer.take_output()
        said_by_relay = (Welcome(relay="r"), Configure(services={}), Refuse(sentence="no", permanent=False))
        for message in said_by_relay:
            scene.take(said(message))
        assert scene.heard == list(said_by_relay)
        assert scene.link.welcomed
        assert scene.link.refusal == said_by_relay[2]
        transport.abort()
        await scene.link.over
        scene.link.lost()
        server.close()

    asyncio.run(scenario())


@pytest.mark.parametrize("count", [1, 3])
def test_each_stream_that_the_relay_opens_gets_an_owner(count: int) -> None:
    async def scenario() -> None:
        scene = Scene()
        for number in range(count):
            scene.take(header(frames.DATA, frames.SYN, 2 + 2 * number, 2) + b"\x01a")
        assert [owner.data for owner in scene.accepted] == [b"\x01a"] * count

    asyncio.run(scenario())
