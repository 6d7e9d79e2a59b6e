"""One link: a multiplexer between a byte transport and the owners of its streams.

It has the methods of an asyncio buffered protocol, so that connector and relay only add what they do
with streams; it imports neither asyncio nor sockets.

Rule: whatever one turn of the event loop produces leaves in one write (with TLS: in one record, where
it fits), so many small messages cost one encryption and one system call.
Rule: reading never pauses; windows bound what can arrive. Otherwise one slow stream would stop all.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, Protocol

from doorward.tunnel.events import Aborted, Ended, Opened, Received
from doorward.tunnel.frames import NORMAL, PROTOCOL_ERROR, ProtocolViolation
from doorward.tunnel.multiplexer import Multiplexer, Role
from doorward.tunnel.stream import Stream, StreamOwner

SILENT_TICKS: Final = 3
"""Ticks in a row without a byte after which a link counts as dead. With a tick every two seconds a
link is given up within eight seconds of its last byte."""
LINGER_TICKS: Final = 5
"""Ticks that a stream may stay open after this end has lost its reader and its writer."""
RECEIVE_BUFFER: Final = 256 * 1024


class LinkTransport(Protocol):
    """What a link needs of its transport: a part of ``asyncio.Transport``."""

    def write(self, data: bytes, /) -> None:
        """Send bytes, now or as soon as possible."""
        ...

    def close(self) -> None:
        """Close once everything is sent."""
        ...

    def abort(self) -> None:
        """Close now."""
        ...


Schedule = Callable[[Callable[[], None]], object]
"""Runs a function in the next turn of the event loop: ``loop.call_soon``."""


class Link:
    """``buffer`` is where received bytes land; links of one event loop may share it, because a link
    copies what it keeps before it returns.

    Subclasses say what happens on ``stream_opened``, ``went_away`` and ``lost``.
    """

    def __init__(self, role: Role, *, call_soon: Schedule, buffer: memoryview, most_inbound: int) -> None:
        self.multiplexer = Multiplexer(role, most_inbound=most_inbound)
        self.bytes_received = 0
        self.bytes_sent = 0
        self.problem = ""
        """Why this end gave the link up, where it did."""
        self._outbox = self.multiplexer.outbox
        self._call_soon = call_soon
        self._buffer = buffer
        self._transport: LinkTransport | None = None
        self._scheduled = False
        self._heard = True
        self._silent = 0
        self._lingering: dict[Stream, int] = {}

    # --- for subclasses --------------------------------------------------------------------------

    def stream_opened(self, stream: Stream) -> StreamOwner:
        """The peer opened a stream: return who owns it."""
        raise NotImplementedError

    def went_away(self) -> None:
        """The peer will take no new streams."""

    def lost(self) -> None:
        """The link is gone; its streams have been told."""

    # --- for owners of streams -------------------------------------------------------------------

    @property
    def is_up(self) -> bool:
        """Whether the link can carry bytes."""
        return self._transport is not None

    @property
    def stream_count(self) -> int:
        """How many streams are open, the control stream included."""
        return len(self.multiplexer.streams)

    def open(self, data: bytes, owner: StreamOwner) -> Stream:
        """Open a stream with its first bytes."""
        stream = self.multiplexer.open(data)
        stream.owner = owner
        self._wake()
        return stream

    def send(self, stream: Stream, data: bytes) -> bool:
        """Send bytes on a stream; False: send no more until ``drained``."""
        more = self._outbox.send(stream, data)
        if not self._scheduled:
            self._scheduled = True
            self._call_soon(self._flush)
        return more

    def finish(self, stream: Stream) -> None:
        """Send no more on a stream."""
        self.multiplexer.finish(stream)
        self._wake()

    def reset(self, stream: Stream) -> None:
        """End a stream at once."""
        self.multiplexer.reset(stream)
        self._wake()

    def linger(self, stream: Stream) -> None:
        """Nobody is left at this end, which has said so; reset the stream if the peer does not end it."""
        self._lingering[stream] = LINGER_TICKS

    def consumed(self, stream: Stream, size: int) -> None:
        """Received bytes have been passed on."""
        self.multiplexer.consumed(stream, size)
        if self._outbox.size and not self._scheduled:
            self._wake()

    def close(self) -> None:
        """Say goodbye and close, once everything has been sent."""
        if self._transport is not None:
            self.multiplexer.go_away(NORMAL)
            self._flush()
            self._transport.close()

    def abort(self, problem: str) -> None:
        """Give the link up at once."""
        if self._transport is not None:
            self.problem = self.problem or problem
            self._transport.abort()

    def tick(self) -> None:
        """Look whether the peer still lives; to be called every two seconds."""
        self._reset_lingering()
        if self._heard:
            self._heard = False
            self._silent = 0
            return
        self._silent += 1
        if self._silent >= SILENT_TICKS:
            self.abort("the other end has gone silent")
        else:
            self.multiplexer.ping(self._silent)
            self._wake()

    # --- called by the event loop ----------------------------------------------------------------

    def connected(self, transport: LinkTransport) -> None:
        """The transport is ready (after the TLS handshake)."""
        self._transport = transport
        self._wake()

    def get_buffer(self, sizehint: int) -> memoryview:
        """Where the next received bytes go."""
        return self._buffer

    def buffer_updated(self, nbytes: int) -> None:
        """Received bytes are in the buffer."""
        self._heard = True
        self.bytes_received += nbytes
        try:
            events = self.multiplexer.receive(self._buffer[:nbytes])
        except ProtocolViolation as violation:
            self._refuse(f"the other end {violation}")
            return
        for event in events:
            if isinstance(event, Received):
                event.stream.owner.received(event.data)
            elif isinstance(event, Opened):
                event.stream.owner = self.stream_opened(event.stream)
            elif isinstance(event, Ended):
                event.stream.owner.ended()
            elif isinstance(event, Aborted):
                event.stream.owner.aborted()
            else:
                self.went_away()
        if not self._scheduled and self._outbox.has_output:
            self._wake()

    def eof_received(self) -> None:
        """The peer closed: so do we."""

    def pause_writing(self) -> None:
        """The transport's buffer is full."""
        self._outbox.blocked = True

    def resume_writing(self) -> None:
        """The transport's buffer has room again."""
        self._outbox.blocked = False
        self._wake()

    def connection_lost(self, exc: Exception | None) -> None:
        """The transport is gone, and so is every stream."""
        self._transport = None
        streams = list(self.multiplexer.streams.values())
        self.multiplexer.streams.clear()
        for stream in streams:
            if not stream.closed:
                stream.closed = True
                stream.owner.aborted()
        self.lost()

    def _refuse(self, problem: str) -> None:
        """The peer broke the protocol: tell it, as far as that is possible, and give up."""
        self.problem = problem
        if self._transport is not None:
            self.multiplexer.go_away(PROTOCOL_ERROR)
            self._outbox.blocked = False
            self._flush()
            self.abort(problem)

    def _reset_lingering(self) -> None:
        for stream, ticks in list(self._lingering.items()):
            if stream.closed or not ticks:
                del self._lingering[stream]
                self.reset(stream)
            else:
                self._lingering[stream] = ticks - 1

    def _wake(self) -> None:
        if not self._scheduled:
            self._scheduled = True
            self._call_soon(self._flush)

    def _flush(self) -> None:
        """Send what this turn produced; tell those who waited that they may go on."""
        self._scheduled = False
        transport = self._transport
        if transport is None:
            return
        output = self.multiplexer.take_output()
        if output:
            self.bytes_sent += len(output)
            transport.write(output)
        for stream in self.multiplexer.take_drained():
            if not stream.closed:
                stream.owner.drained()
        if not self._scheduled and self._outbox.has_output:
            self._wake()
