"""A stream at the connector's end: its opening, then the connection to its origin."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Protocol, cast

from doorward.connector.origins import Unopened
from doorward.tunnel.frames import ProtocolViolation
from doorward.tunnel.link import Link
from doorward.tunnel.opening import OPEN, Refused, parse_opening, refusal
from doorward.tunnel.splice import Last, Splice, SpliceTransport
from doorward.tunnel.stream import Stream


class StreamHost(Protocol):
    """What a stream needs of the connector."""

    async def dial(self, service: str, protocol: Callable[[], asyncio.BaseProtocol]) -> None:
        """Connect to a service's origin. Raises Unopened."""
        ...

    def spawn(self, opening: OriginOpening) -> asyncio.Task[None]:
        """Run an opening's ``connect`` as a task of the connector."""
        ...

    def opened(self, splice: OriginSplice) -> None:
        """An origin is connected."""
        ...

    def gone(self, splice: OriginSplice) -> None:
        """Its connection is closed."""
        ...


class OriginOpening:
    """Owns a stream until its origin is connected. What comes meanwhile waits, within the window."""

    __slots__ = ("_dialling", "_early", "_ended", "_host", "_link", "_service", "_stream")

    def __init__(self, host: StreamHost, link: Link, stream: Stream) -> None:
        self._host = host
        self._link = link
        self._stream = stream
        self._service = ""
        self._early = b""
        self._ended = False
        self._dialling: asyncio.Task[None] | None = None

    async def connect(self) -> None:
        """Dial; on success the stream belongs to an ``OriginSplice``, else it is refused."""
        try:
            await self._host.dial(self._service, self._splice)
        except Unopened as unopened:
            self._refuse(unopened.refused)

    def hand_over(self, splice: OriginSplice) -> None:
        """The origin is connected."""
        self._stream.owner = splice
        self._link.send(self._stream, OPEN)
        if self._early:
            splice.received(self._early)
        if self._ended:
            splice.ended()

    def received(self, data: bytes) -> None:
        """The service key, then early bytes."""
        self._early += data
        if self._dialling is not None:
            return
        try:
            parsed = parse_opening(self._early)
        except ProtocolViolation as violation:
            self._link.abort(f"the relay {violation}")
            return
        if parsed is not None:
            size = len(self._early)
            self._service, self._early = parsed
            self._link.consumed(self._stream, size - len(self._early))
            self._dialling = self._host.spawn(self)

    def ended(self) -> None:
        """The edge sends no more."""
        self._ended = True

    def aborted(self) -> None:
        """The stream is gone: so is the attempt."""
        if self._dialling is not None:
            self._dialling.cancel()

    def drained(self) -> None:
        """See ``StreamOwner``."""

    def _splice(self) -> OriginSplice:
        return OriginSplice(self, self._host, self._link, self._stream)

    def _refuse(self, refused: Refused) -> None:
        if not self._stream.closed:
            self._link.send(self._stream, refusal(refused))
            self._link.finish(self._stream)
            self._link.linger(self._stream)


class OriginSplice(Splice, asyncio.Protocol):
    """A connection to an origin, joined to its stream."""

    __slots__ = ("_host", "_opening")

    def __init__(self, opening: OriginOpening, host: StreamHost, link: Link, stream: Stream) -> None:
        super().__init__(link, stream, None)
        self._opening: OriginOpening | None = opening
        self._host = host

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """The origin is connected (and its TLS handshake done)."""
        self._transport = cast("SpliceTransport", transport)
        opening, self._opening = self._opening, None
        self._host.opened(self)
        if self._stream.closed or opening is None:
            self._transport.abort()
        else:
            opening.hand_over(self)

    def gone(self) -> None:
        """See ``Splice``."""
        self._host.gone(self)

    def end_if_idle(self) -> None:
        """While draining: end a stream whose origin spoke last and has been silent for a whole round.

        That is a kept-alive connection between two requests; a request under way ends with an answer.
        """
        if self.last == Last.FROM_TRANSPORT:
            self.last = Last.NOWHERE_SINCE_TRANSPORT
        elif self.last == Last.NOWHERE_SINCE_TRANSPORT and self._transport is not None:
            self.eof_received()
            self._transport.close()
