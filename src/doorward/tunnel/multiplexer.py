"""Many streams over one link: bytes received become events; what is sent becomes bytes.

Rule: a peer that breaks the protocol gets ``ProtocolViolation``, never unbounded memory: no stream holds
more than its window, no more streams exist than were allowed, and pings are not queued.
Rule: frames for a stream that existed and is gone are legal (they crossed our reset) and are dropped.
"""

from __future__ import annotations

from enum import Enum
from typing import Final

from doorward.tunnel.events import Aborted, Ended, Event, Opened, Received, WentAway
from doorward.tunnel.frames import (
    ACK,
    DATA,
    FIN,
    GO_AWAY,
    HEADER,
    HEADER_SIZE,
    INITIAL_WINDOW,
    LARGEST_NUMBER,
    PING,
    RST,
    SYN,
    VERSION,
    WINDOW_UPDATE,
    ProtocolViolation,
)
from doorward.tunnel.outbox import Outbox
from doorward.tunnel.stream import Stream

GRANT: Final = INITIAL_WINDOW // 2
"""Consumed bytes after which the peer gets credit: half a window keeps it sending without a stop."""
MOST_UNREAD_REPLIES: Final = 1024 * 1024
"""Bytes of frames without data that may wait for a peer that makes us answer and does not read."""

LARGEST_DISCARDED: Final = 16 * 1024 * 1024
"""No honest peer sends a larger frame on a stream that is gone: no window is that large."""

_unpack = HEADER.unpack_from


class Role(Enum):
    """Which end of the link this is. The value is the remainder of its stream ids by two."""

    CONNECTOR = 1
    RELAY = 0


class Multiplexer:
    """One end of a link.

    ``most_inbound`` is how many streams the peer may have open at a time; further ones are reset.
    """

    def __init__(self, role: Role, *, most_inbound: int) -> None:
        self.outbox = Outbox()
        self.streams: dict[int, Stream] = {}
        self._most_inbound = most_inbound
        self._inbound = 0
        self._parity = role.value
        self.next_id = 1 if role is Role.CONNECTOR else 2
        """The id of the stream that this end opens next."""
        self._highest_inbound = 0
        self._kept = b""
        """The beginning of a header whose end has not come yet."""
        self._current: Stream | None = None
        self._current_flags = 0
        self._remaining = 0
        """Bytes of the present data frame that have not come yet; they belong to ``_current``."""

    # --- sending ---------------------------------------------------------------------------------

    @property
    def may_open(self) -> bool:
        """Whether there are stream ids left (2^31 of them; the link must then be replaced)."""
        return self.next_id <= LARGEST_NUMBER

    def open(self, data: bytes) -> Stream:
        """Open a stream with its first bytes (at most a turn of them)."""
        stream = Stream(self.next_id)
        self.next_id += 2
        self.streams[stream.id] = stream
        self.outbox.frame(WINDOW_UPDATE, SYN, stream.id, 0)
        self.outbox.send(stream, data)
        return stream

    def send(self, stream: Stream, data: bytes) -> bool:
        """Send bytes; False: wait until ``take_drained`` names the stream before sending more."""
        return self.outbox.send(stream, data)

    def finish(self, stream: Stream) -> None:
        """Send no more on this stream; the peer still may."""
        self.outbox.finish(stream)
        self._remove_closed()

    def reset(self, stream: Stream) -> None:
        """End a stream both ways at once. Doing so twice is allowed."""
        if not stream.closed:
            self.outbox.frame(WINDOW_UPDATE, RST, stream.id, 0)
            self._remove(stream)

    def consumed(self, stream: Stream, size: int) -> None:
        """``size`` received bytes have been passed on: the peer may send that many again."""
        stream.owed += size
        if stream.owed >= GRANT and not stream.ended and not stream.closed:
            self.outbox.frame(WINDOW_UPDATE, 0, stream.id, stream.owed)
            stream.allowance += stream.owed
            stream.owed = 0

    def ping(self, value: int) -> None:
        """Make the peer say something."""
        self.outbox.frame(PING, SYN, 0, value)

    def go_away(self, code: int) -> None:
        """Tell the peer that this end is about to close the link."""
        self.outbox.frame(GO_AWAY, 0, 0, code)

    def take_output(self) -> bytes:
        """Everything that may leave in one write now; empty when there is nothing."""
        output = self.outbox.take()
        self._remove_closed()
        return output

    def take_drained(self) -> list[Stream]:
        """The streams on which ``send`` said False and whose waiting bytes have all been taken since."""
        return self.outbox.take_drained()

    # --- receiving -------------------------------------------------------------------------------

    def receive(self, data: bytes | memoryview) -> list[Event]:
        """What these bytes say, in order. Payloads are copied: ``data`` may be reused afterwards.

        Raises:
            ProtocolViolation: the peer broke the protocol; the link must be closed.
        """
        if self.outbox.size > MOST_UNREAD_REPLIES and self.outbox.blocked:
            raise ProtocolViolation("asks for answers and does not read them")
        events: list[Event] = []
        if self._kept:
            data = self._kept + bytes(data)
            self._kept = b""
        position = 0
        end = len(data)
        while position < end:
            if self._remaining:
                position += self._take_payload(data[position : position + self._remaining], events)
                continue
            if end - position < HEADER_SIZE:
                self._kept = bytes(data[position:])
                break
            version, kind, flags, stream_id, length = _unpack(data, position)
            position += HEADER_SIZE
            if version != VERSION:
                raise ProtocolViolation(f"has version {version}, not {VERSION}")
            if kind != DATA:
                self._without_data(kind, flags, stream_id, length, events)
                continue
            stream = self.streams.get(stream_id)
            if flags or not length or stream is None or length > stream.allowance or stream.ended:
                self._uncommon_data(flags, stream_id, length, events)
                continue
            stream.allowance -= length
            stop = position + length
            if stop <= end:
                events.append(Received(stream, bytes(data[position:stop])))
                position = stop
            else:
                self._current = stream
                self._current_flags = 0
                self._remaining = length
        return events

    def _take_payload(self, part: bytes | memoryview, events: list[Event]) -> int:
        """Pass on what came of a data frame's payload; return its size."""
        size = len(part)
        self._remaining -= size
        stream = self._current
        if stream is not None and not stream.closed:
            events.append(Received(stream, bytes(part)))
        if not self._remaining:
            self._current = None
            if stream is not None and self._current_flags:
                self._end(stream, self._current_flags, events)
        return size

    def _uncommon_data(self, flags: int, stream_id: int, length: int, events: list[Event]) -> None:
        """A data frame that is not the plain case: it opens, ends or resets, or is not allowed."""
        stream = self._stream(flags, stream_id, events)
        if stream is None:
            if length > LARGEST_DISCARDED:
                raise ProtocolViolation(f"has a frame of {length} bytes for a stream that is gone")
        elif stream.ended and length:
            raise ProtocolViolation(f"sent data on stream {stream_id} after ending it")
        elif length > stream.allowance:
            excess = length - stream.allowance
            raise ProtocolViolation(f"overran the window of stream {stream_id} by {excess} bytes")
        else:
            stream.allowance -= length
        if length:
            self._current = stream
            self._current_flags = flags & (FIN | RST)
            self._remaining = length
        elif stream is not None and flags & (FIN | RST):
            self._end(stream, flags, events)

    def _without_data(self, kind: int, flags: int, stream_id: int, length: int, events: list[Event]) -> None:
        """A frame whose length field is a number of another kind."""
        if kind == WINDOW_UPDATE:
            stream = self._stream(flags, stream_id, events)
            if stream is None:
                return
            stream.credit += length
            if stream.credit > LARGEST_NUMBER:
                raise ProtocolViolation(f"gave stream {stream_id} more credit than a window can hold")
            if length:
                self.outbox.credited(stream)
            if flags & (FIN | RST):
                self._end(stream, flags, events)
        elif kind == PING:
            if flags & SYN:
                self.outbox.pong(length)
            elif not flags & ACK:
                raise ProtocolViolation("sent a ping that neither asks nor answers")
        elif kind == GO_AWAY:
            events.append(WentAway(length))
        else:
            raise ProtocolViolation(f"sent a frame of unknown type {kind}")

    def _stream(self, flags: int, stream_id: int, events: list[Event]) -> Stream | None:
        """The stream that a frame is for, opened where it says so; None where it is gone already."""
        if flags & ~(SYN | ACK | FIN | RST):
            raise ProtocolViolation(f"sent unknown flags {flags:#x}")
        if flags & SYN:
            return self._accept(stream_id, events)
        stream = self.streams.get(stream_id)
        if stream is None:
            ours = stream_id % 2 == self._parity
            existed = 0 < stream_id < self.next_id if ours else 0 < stream_id <= self._highest_inbound
            if not existed:
                raise ProtocolViolation(f"sent a frame for stream {stream_id}, which was never opened")
        return stream

    def _accept(self, stream_id: int, events: list[Event]) -> Stream | None:
        if stream_id % 2 == self._parity or stream_id <= self._highest_inbound:
            raise ProtocolViolation(f"opened stream {stream_id}, which is not its next")
        self._highest_inbound = stream_id
        if self._inbound >= self._most_inbound:
            self.outbox.frame(WINDOW_UPDATE, RST, stream_id, 0)
            return None
        self._inbound += 1
        stream = Stream(stream_id)
        self.streams[stream_id] = stream
        events.append(Opened(stream))
        return stream

    def _end(self, stream: Stream, flags: int, events: list[Event]) -> None:
        if stream.closed:
            return
        if flags & RST:
            self._remove(stream)
            events.append(Aborted(stream))
        elif not stream.ended:
            stream.ended = True
            events.append(Ended(stream))
            if stream.finished:
                self._remove(stream)

    # --- the table of streams --------------------------------------------------------------------

    def _remove_closed(self) -> None:
        for stream in self.outbox.take_closed():
            self._remove(stream)

    def _remove(self, stream: Stream) -> None:
        stream.closed = True
        self.outbox.forget(stream)
        if self.streams.pop(stream.id, None) is not None and stream.id % 2 != self._parity:
            self._inbound -= 1
