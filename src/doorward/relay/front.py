"""The edge's side of a relay: connections that Envoy opens to a service, each joined to a stream.

Rule: bytes are forwarded as they come; the relay never waits for the connector's answer, because that
would cost a round trip on every connection.
"""

from __future__ import annotations

import asyncio
import select
from datetime import datetime
from typing import Protocol, cast

from doorward.model.errors import Invalid
from doorward.model.ids import TunnelId
from doorward.relay.proxy_header import LARGEST, ProxyHeader, parse
from doorward.tunnel.link import Link
from doorward.tunnel.opening import LONGEST_REFUSAL, OPEN, Refused, opening, parse_refusal
from doorward.tunnel.splice import Splice
from doorward.tunnel.stream import Stream


class FrontHost(Protocol):
    """What a front needs of the relay."""

    def begin(self, tunnel: TunnelId, header: ProxyHeader, transport: asyncio.Transport) -> Front | None:
        """Join a connection to a stream; None when nobody serves it."""
        ...

    def header_invalid(self, tunnel: TunnelId, problem: str) -> None:
        """A connection did not begin as the edge's do."""
        ...

    def refused(self, front: Front, refused: Refused) -> None:
        """The connector did not open the stream."""
        ...

    def gone(self, front: Front) -> None:
        """The connection is closed."""
        ...


class FrontHeader(asyncio.Protocol):
    """The beginning of a connection: reads the PROXY header, then hands over to a ``Front``."""

    def __init__(self, tunnel: TunnelId, host: FrontHost, *, timeout: float) -> None:
        self._tunnel = tunnel
        self._host = host
        self._timeout = timeout
        self._received = b""
        self._transport: asyncio.Transport | None = None
        self._timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """The edge connected."""
        self._transport = cast("asyncio.Transport", transport)
        self._timer = asyncio.get_running_loop().call_later(self._timeout, self._fail, "did not come in time")

    def data_received(self, data: bytes) -> None:
        """Bytes of the header, and perhaps more."""
        self._received += data
        try:
            parsed = parse(self._received)
        except Invalid as problem:
            self._fail(problem.problem)
            return
        if parsed is None:
            if len(self._received) > LARGEST:
                self._fail("does not end")
            return
        if self._timer is not None:
            self._timer.cancel()
        header, rest = parsed
        transport = self._transport
        if transport is None:
            return
        front = self._host.begin(self._tunnel, header, transport)
        if front is None:
            transport.abort()
            return
        transport.set_protocol(front)
        if rest:
            front.data_received(rest)

    def connection_lost(self, exc: Exception | None) -> None:
        """The edge left before the header was complete."""
        if self._timer is not None:
            self._timer.cancel()

    def _fail(self, problem: str) -> None:
        self._host.header_invalid(self._tunnel, problem)
        if self._transport is not None:
            self._transport.abort()


class Front(Splice, asyncio.Protocol):
    """A connection of the edge, joined to its stream."""

    __slots__ = (
        "_answer",
        "_host",
        "application",
        "certificate",
        "method",
        "number",
        "opened",
        "path",
        "session",
        "source",
        "tunnel",
    )

    def __init__(
        self,
        link: Link,
        transport: asyncio.Transport,
        *,
        tunnel: TunnelId,
        header: ProxyHeader,
        opened: datetime,
        host: FrontHost,
    ) -> None:
        stream = link.open(opening(header.service), _Answer(self, link))
        super().__init__(link, stream, transport)
        self.number = 0
        self.tunnel = tunnel
        self.application = header.service
        self.session = header.session
        self.source = header.source
        self.certificate = header.certificate
        self.method = header.method
        self.path = header.path
        self.opened = opened
        self._host = host

    @property
    def stream(self) -> Stream:
        """The stream that it is joined to."""
        return self._stream

    def eof_received(self) -> bool:
        """The edge sends no more.

        Where it has closed both ways there is no reader either, which poll(2) tells for a unix socket.
        """
        keep_open = super().eof_received()
        return keep_open and not self._is_hung_up()

    def refused(self, refused: Refused) -> None:
        """The connector did not open the stream: the edge makes an error page of that."""
        self._host.refused(self, refused)
        self.cut()

    def gone(self) -> None:
        """See ``Splice``."""
        self._host.gone(self)

    def _is_hung_up(self) -> bool:
        transport = cast("asyncio.Transport", self._transport)
        poll = select.poll()
        poll.register(transport.get_extra_info("socket").fileno(), 0)
        return any(event & select.POLLHUP for _, event in poll.poll(0))


class _Answer:
    """Owns a front's stream until the connector has answered; then the front does."""

    __slots__ = ("_front", "_link", "_refusal")

    def __init__(self, front: Front, link: Link) -> None:
        self._front = front
        self._link = link
        self._refusal: bytes | None = None

    def received(self, data: bytes) -> None:
        """The answer, and perhaps the service's first bytes."""
        if self._refusal is None and data[:1] == OPEN:
            stream = self._front.stream
            stream.owner = self._front
            self._link.consumed(stream, 1)
            if len(data) > 1:
                self._front.received(data[1:])
            return
        self._refusal = ((self._refusal or b"") + data)[: LONGEST_REFUSAL + 1]

    def ended(self) -> None:
        """The answer is complete, and is a refusal."""
        self._front.refused(parse_refusal((self._refusal or b"")[1:]))

    def aborted(self) -> None:
        """See ``StreamOwner``."""
        self._front.aborted()

    def drained(self) -> None:
        """See ``StreamOwner``."""
        self._front.drained()
