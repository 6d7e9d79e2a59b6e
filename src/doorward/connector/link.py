"""The connector's end of one link."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import cast

from doorward.process.sockets import tune
from doorward.tunnel import control
from doorward.tunnel.control_stream import ControlStream
from doorward.tunnel.link import Link, LinkTransport, Schedule
from doorward.tunnel.multiplexer import Role
from doorward.tunnel.stream import Stream, StreamOwner

WRITE_BUFFER = 128 * 1024
MOST_STREAMS = 50_000
"""Streams on one link beyond which further ones are reset."""


class ConnectorLink(Link, asyncio.BufferedProtocol):
    """A connection to a relay. ``hello`` is said at once.

    ``accept`` makes the owner of each stream that the relay opens, ``hear`` gets what the relay says,
    ``over`` is done once the link is gone; ``refusal`` then holds the relay's reason, if it gave one.
    """

    def __init__(
        self,
        *,
        hello: control.Hello,
        call_soon: Schedule,
        buffer: memoryview,
        accept: Callable[[Link, Stream], StreamOwner],
        hear: Callable[[ConnectorLink, control.Message], None],
        over: asyncio.Future[None],
    ) -> None:
        super().__init__(Role.CONNECTOR, call_soon=call_soon, buffer=buffer, most_inbound=MOST_STREAMS)
        self.over = over
        self.refusal: control.Refuse | None = None
        self.welcomed = False
        self._hello = hello
        self._accept = accept
        self._hear = hear
        self._control = ControlStream(self, self._note, limit=control.LONGEST_LINE)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """TLS is up and the relay's certificate was checked."""
        tune(transport.get_extra_info("socket"))
        secured = cast("asyncio.WriteTransport", transport)
        secured.set_write_buffer_limits(high=WRITE_BUFFER)
        self.connected(cast("LinkTransport", transport))
        self._control.attach(self.open(control.encode(self._hello), self._control))

    def tell(self, message: control.Message) -> None:
        """Send the relay a message."""
        self._control.send(message)

    def stream_opened(self, stream: Stream) -> StreamOwner:
        """The relay opens a stream for each connection of the edge."""
        return self._accept(self, stream)

    def lost(self) -> None:
        """See ``Link``."""
        if not self.over.done():
            self.over.set_result(None)

    def _note(self, message: control.Message) -> None:
        match message:
            case control.Welcome():
                self.welcomed = True
            case control.Refuse():
                self.refusal = message
            case _:
                pass
        self._hear(self, message)
