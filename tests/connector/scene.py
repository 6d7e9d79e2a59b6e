"""A host of streams whose dialling the test decides."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from doorward.connector.origin_stream import OriginOpening, OriginSplice
from doorward.connector.origins import Unopened
from doorward.tunnel.opening import Refusal
from tests.fakes.transports import FakeTransport
from tests.tunnel.links import LinkPair


class FakeHost:
    """Implements ``origin_stream.StreamHost``."""

    def __init__(self) -> None:
        self.go = asyncio.Event()
        self.refusal = ""
        self.dialled: list[str] = []
        self.transport = FakeTransport()
        self.splices: list[OriginSplice] = []
        self.tasks: list[asyncio.Task[None]] = []

    async def dial(self, service: str, protocol: Callable[[], asyncio.BaseProtocol]) -> None:
        self.dialled.append(service)
        await self.go.wait()
        if self.refusal:
            raise Unopened(Refusal.CONNECTION_REFUSED, self.refusal)
        protocol().connection_made(self.transport)  # type: ignore[arg-type]  # enough of a transport

    def spawn(self, opening: OriginOpening) -> asyncio.Task[None]:
        self.tasks.append(asyncio.create_task(opening.connect()))
        return self.tasks[-1]

    def opened(self, splice: OriginSplice) -> None:
        self.splices.append(splice)

    def gone(self, splice: OriginSplice) -> None:
        self.splices.remove(splice)


class Scene:
    """A relay's stream (``owner`` hears what comes back) whose other end is an ``OriginOpening``."""

    def __init__(self) -> None:
        self.host = FakeHost()
        self.pair = LinkPair()
        self.stream, self.owner, self.far_stream, _ = self.pair.open()
        self.far_stream.owner = OriginOpening(self.host, self.pair.far, self.far_stream)

    def say(self, data: bytes) -> None:
        self.pair.near.send(self.stream, data)
        self.pair.settle()

    async def let_dial(self) -> None:
        self.host.go.set()
        await asyncio.gather(*self.host.tasks, return_exceptions=True)
        self.pair.settle()
