"""What one side of a link sends: frames gathered for one write, and streams that take turns.

Rule: small messages leave with the next write; a stream with more than a turn's bytes waits in a ring,
where each stream gets one turn of at most ``TURN`` bytes after the other.
Rule: nothing is sent beyond a stream's credit.
"""

from __future__ import annotations

from collections import deque
from typing import Final

from doorward.tunnel.frames import ACK, DATA, FIN, HEADER, HEADER_SIZE, PING, VERSION, header
from doorward.tunnel.stream import Stream

TURN: Final = 64 * 1024
"""Bytes that one stream may put into one write."""
BUDGET: Final = 256 * 1024
"""Bytes of one write after which waiting streams wait on."""

_pack = HEADER.pack


class Outbox:
    """Frames that wait for the next write.

    ``blocked`` means that the transport takes no more for now: data then waits in its stream, so that
    memory stays bounded; frames without data (credit, ping, reset) still gather here.
    """

    def __init__(self) -> None:
        self.blocked = False
        self.size = 0
        self._parts: list[bytes | memoryview] = []
        self._ring: deque[Stream] = deque()
        self._drained: list[Stream] = []
        self._closed: list[Stream] = []
        self._pong: int | None = None

    @property
    def has_output(self) -> bool:
        """Whether ``take`` would return bytes now."""
        return bool(self._parts) or self._pong is not None or (bool(self._ring) and not self.blocked)

    def frame(self, kind: int, flags: int, stream_id: int, length: int) -> None:
        """Add a frame that carries no data."""
        self._parts.append(header(kind, flags, stream_id, length))
        self.size += HEADER_SIZE

    def pong(self, value: int) -> None:
        """Answer a ping with the next write; of several pings only the last is answered.

        Otherwise a peer that pings and never reads would fill this memory.
        """
        self._pong = value

    def send(self, stream: Stream, data: bytes) -> bool:
        """Send ``data`` on ``stream``; False: something waits, send no more until it has drained."""
        size = len(data)
        if (
            stream.pending is None
            and size <= stream.credit
            and size <= TURN
            and self.size < BUDGET
            and not self.blocked
        ):
            stream.credit -= size
            self._parts.append(_pack(VERSION, DATA, 0, stream.id, size))
            self._parts.append(data)
            self.size += HEADER_SIZE + size
            return True
        if size:
            if stream.pending is None:
                stream.pending = deque()
            stream.pending.append(memoryview(data))
            self._queue(stream)
        return False

    def finish(self, stream: Stream) -> None:
        """Say FIN, after what is pending."""
        if stream.finishing or stream.closed:
            return
        stream.finishing = True
        if stream.pending is None:
            self._send_fin(stream)

    def credited(self, stream: Stream) -> None:
        """The peer gave credit: what waited for it may go on."""
        if stream.pending is not None:
            self._queue(stream)

    def forget(self, stream: Stream) -> None:
        """Drop what is pending on a stream that is gone."""
        stream.pending = None

    def take(self) -> bytes:
        """Everything that may leave in one write now; empty when there is nothing."""
        if self._pong is not None:
            self.frame(PING, ACK, 0, self._pong)
            self._pong = None
        if self._ring and not self.blocked:
            self._fill()
        parts = self._parts
        if not parts:
            return b""
        self._parts = []
        self.size = 0
        return b"".join(parts)

    def take_drained(self) -> list[Stream]:
        """The streams whose waiting bytes have all been taken since the last call."""
        drained = self._drained
        if drained:
            self._drained = []
        return drained

    def take_closed(self) -> list[Stream]:
        """The streams that a deferred FIN closed since the last call."""
        closed = self._closed
        if closed:
            self._closed = []
        return closed

    def _queue(self, stream: Stream) -> None:
        if not stream.queued and stream.credit:
            stream.queued = True
            self._ring.append(stream)

    def _fill(self) -> None:
        """Give the streams of the ring turns, one after the other, until the budget is spent."""
        ring = self._ring
        while ring and self.size < BUDGET:
            stream = ring.popleft()
            stream.queued = False
            if stream.pending is None:
                continue
            self._take_turn(stream)
            if stream.pending:
                self._queue(stream)
                continue
            stream.pending = None
            self._drained.append(stream)
            if stream.finishing:
                self._send_fin(stream)

    def _take_turn(self, stream: Stream) -> None:
        """Move up to one turn of bytes from the stream into the next write, as one frame."""
        pending = stream.pending
        if pending is None:
            return
        left = min(TURN, stream.credit)
        pieces: list[memoryview] = []
        size = 0
        while pending and left > 0:
            piece = pending[0]
            if len(piece) <= left:
                del pending[0]
            else:
                pending[0] = piece[left:]
                piece = piece[:left]
            pieces.append(piece)
            size += len(piece)
            left -= len(piece)
        stream.credit -= size
        self._parts.append(_pack(VERSION, DATA, 0, stream.id, size))
        self._parts.extend(pieces)
        self.size += HEADER_SIZE + size

    def _send_fin(self, stream: Stream) -> None:
        stream.finished = True
        self.frame(DATA, FIN, stream.id, 0)
        if stream.ended:
            stream.closed = True
            self._closed.append(stream)
