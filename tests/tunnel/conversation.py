"""Two multiplexers and the two pipes between them, for tests that want any order of things."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field

from doorward.tunnel.events import Aborted, Ended, Opened, Received
from doorward.tunnel.multiplexer import Multiplexer, Role
from doorward.tunnel.stream import Stream


@dataclass
class Side:
    """One end, with what it was given to send and what it has received, by stream id."""

    multiplexer: Multiplexer
    streams: dict[int, Stream] = field(default_factory=dict)
    sent: dict[int, bytearray] = field(default_factory=lambda: defaultdict(bytearray))
    received: dict[int, bytearray] = field(default_factory=lambda: defaultdict(bytearray))
    unread: dict[int, int] = field(default_factory=lambda: defaultdict(int))
    finished: set[int] = field(default_factory=set)
    ended: set[int] = field(default_factory=set)
    aborted: set[int] = field(default_factory=set)
    outgoing: bytearray = field(default_factory=bytearray)

    def open(self, data: bytes) -> int:
        stream = self.multiplexer.open(data)
        self.streams[stream.id] = stream
        self.sent[stream.id] += data
        return stream.id

    def send(self, stream_id: int, data: bytes) -> bool:
        self.sent[stream_id] += data
        return self.multiplexer.send(self.streams[stream_id], data)

    def finish(self, stream_id: int) -> None:
        self.finished.add(stream_id)
        self.multiplexer.finish(self.streams[stream_id])

    def read(self, stream_id: int) -> None:
        size, self.unread[stream_id] = self.unread[stream_id], 0
        self.multiplexer.consumed(self.streams[stream_id], size)

    def flush(self) -> None:
        self.outgoing += self.multiplexer.take_output()

    def take(self, data: bytes) -> None:
        for event in self.multiplexer.receive(data):
            match event:
                case Opened():
                    self.streams[event.stream.id] = event.stream
                case Received():
                    self.received[event.stream.id] += event.data
                    self.unread[event.stream.id] += len(event.data)
                case Ended():
                    self.ended.add(event.stream.id)
                case Aborted():
                    self.aborted.add(event.stream.id)
                case _:
                    raise AssertionError(event)


class Conversation:
    """A connector's end and a relay's end."""

    def __init__(self, most_inbound: int = 100) -> None:
        self.connector = Side(Multiplexer(Role.CONNECTOR, most_inbound=most_inbound))
        self.relay = Side(Multiplexer(Role.RELAY, most_inbound=most_inbound))

    @property
    def sides(self) -> tuple[Side, Side]:
        return self.connector, self.relay

    def other(self, side: Side) -> Side:
        return self.relay if side is self.connector else self.connector

    def carry(self, sender: Side, size: int) -> None:
        """Bring the next bytes of a pipe to the other end."""
        data = bytes(sender.outgoing[:size])
        del sender.outgoing[:size]
        self.other(sender).take(data)

    def settle(self) -> None:
        """Read, flush and carry until nothing moves any more."""
        for _ in range(10_000):
            for side in self.sides:
                for stream_id in [id for id, size in side.unread.items() if size]:
                    side.read(stream_id)
                side.flush()
            if not any(side.outgoing for side in self.sides):
                return
            for side in self.sides:
                self.carry(side, len(side.outgoing))
        raise AssertionError("it never settles")
