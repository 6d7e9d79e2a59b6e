"""Relay links that are registered and talk to nobody."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from doorward.relay.link import RelayLink
from doorward.tunnel.control import Hello
from tests.fakes.clock import START
from tests.fakes.transports import FakeTransport, Turns


class LoneLink(RelayLink):
    """A registered link with a fake transport. Needs a running event loop."""

    def __init__(
        self,
        connector: str = "c",
        tunnel: str = "home",
        *,
        secret_hash: str = "",
        admitted: bool = True,
        closed: Callable[[RelayLink], None] = lambda _: None,
    ) -> None:
        self.changes = 0
        self.turns = Turns()
        super().__init__(
            source="192.0.2.9",
            call_soon=self.turns.call_soon,
            buffer=memoryview(bytearray(70_000)),
            hello=asyncio.get_running_loop().create_future(),
            closed=closed,
            changed=self._count,
        )
        self.transport = FakeTransport()
        self.connected(self.transport)
        hello = Hello(tunnel=tunnel, secret="", connector=connector, version="1")
        if admitted:
            self.admit(hello, secret_hash=secret_hash, since=START)

    def take(self, data: bytes) -> None:
        """Bytes came from the connector."""
        self.get_buffer(-1)[: len(data)] = data
        self.buffer_updated(len(data))

    def written(self) -> bytes:
        self.turns.take_all()
        return self.transport.written

    def _count(self) -> None:
        self.changes += 1
