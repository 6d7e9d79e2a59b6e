"""A stream joined to a byte transport: what comes on one goes out on the other, both ways.

This is the inner loop of relay and connector. It has the methods of an asyncio protocol and those of a
``StreamOwner``, and imports no asyncio.

Rule: back-pressure passes through. When the transport takes no more, the peer gets no more credit; when
the stream takes no more, the transport is not read.
Rule: half-close passes through. The end of one direction leaves the other open.
"""

from __future__ import annotations

from enum import IntEnum
from typing import Protocol

from doorward.tunnel.link import Link, LinkTransport
from doorward.tunnel.stream import Stream


class SpliceTransport(LinkTransport, Protocol):
    """What a splice needs of its transport: a part of ``asyncio.Transport``."""

    def write_eof(self) -> None:
        """Say that no more will be written."""
        ...

    def can_write_eof(self) -> bool:
        """Whether ``write_eof`` works."""
        ...

    def pause_reading(self) -> None:
        """Read no more for now."""
        ...

    def resume_reading(self) -> None:
        """Read again."""
        ...


class Last(IntEnum):
    """Which way bytes moved last."""

    FROM_TRANSPORT = 0
    FROM_STREAM = 1
    NOWHERE_SINCE_TRANSPORT = 2
    NOWHERE_SINCE_STREAM = 3


class Splice:
    """Subclasses say what happens when it is ``gone``. There may be thousands: every field counts."""

    __slots__ = ("_ended", "_full", "_link", "_received_eof", "_stream", "_transport", "_unread", "last")

    def __init__(self, link: Link, stream: Stream, transport: SpliceTransport | None) -> None:
        self.last: int = Last.FROM_TRANSPORT
        self._link = link
        self._stream = stream
        self._transport = transport
        self._full = False
        self._unread = 0
        self._ended = False
        self._received_eof = False

    def gone(self) -> None:
        """The transport is closed; called once."""

    def cut(self) -> None:
        """End both sides at once."""
        if self._transport is not None:
            self._transport.abort()
        self._link.reset(self._stream)

    # --- from the transport ----------------------------------------------------------------------

    def data_received(self, data: bytes) -> None:
        """Bytes came on the transport."""
        self.last = 0
        if not self._link.send(self._stream, data) and self._transport is not None:
            self._transport.pause_reading()

    def eof_received(self) -> bool:
        """The transport's other end sends no more; True keeps our direction open.

        A TLS transport has no half-close here: it closes, and what still comes on the stream is dropped.
        """
        self._received_eof = True
        if not self._stream.closed:
            self._link.finish(self._stream)
        return not self._ended and self._transport is not None and self._transport.can_write_eof()

    def pause_writing(self) -> None:
        """The transport takes no more for now."""
        self._full = True

    def resume_writing(self) -> None:
        """The transport takes bytes again: what lay in it has been passed on."""
        self._full = False
        unread, self._unread = self._unread, 0
        if unread:
            self._link.consumed(self._stream, unread)

    def connection_lost(self, exc: Exception | None) -> None:
        """The transport is gone: so is the stream, unless both directions had ended in order."""
        self._transport = None
        if not self._stream.closed:
            if exc is None and self._received_eof:
                self._link.linger(self._stream)
            else:
                self._link.reset(self._stream)
        self.gone()

    # --- from the stream -------------------------------------------------------------------------

    def received(self, data: bytes) -> None:
        """Bytes came on the stream."""
        transport = self._transport
        if transport is None:
            self._link.reset(self._stream)
            return
        self.last = 1
        transport.write(data)
        if self._full:
            self._unread += len(data)
        else:
            self._link.consumed(self._stream, len(data))

    def ended(self) -> None:
        """The stream's other end sends no more."""
        self._ended = True
        transport = self._transport
        if transport is None:
            return
        if self._received_eof:
            transport.close()
        elif transport.can_write_eof():
            transport.write_eof()

    def aborted(self) -> None:
        """The stream is gone: so is the transport; what had come in order before an end still leaves."""
        if self._transport is None:
            return
        if self._ended:
            self._transport.close()
        else:
            self._transport.abort()

    def drained(self) -> None:
        """The stream takes bytes again."""
        if self._transport is not None and not self._received_eof:
            self._transport.resume_reading()
