"""Two links joined back to back over fake transports."""

from __future__ import annotations

from doorward.tunnel.link import RECEIVE_BUFFER, Link
from doorward.tunnel.multiplexer import Role
from doorward.tunnel.stream import Stream, StreamOwner
from tests.fakes.transports import FakeOwner, FakeTransport, Turns


class OpenLink(Link):
    """A link whose inbound streams belong to fake owners."""

    def __init__(self, role: Role, turns: Turns) -> None:
        buffer = memoryview(bytearray(RECEIVE_BUFFER))
        super().__init__(role, call_soon=turns.call_soon, buffer=buffer, most_inbound=10)
        self.inbound: list[tuple[Stream, FakeOwner]] = []
        self.told: list[str] = []
        self.transport = FakeTransport()
        self.connected(self.transport)

    def stream_opened(self, stream: Stream) -> StreamOwner:
        owner = FakeOwner()
        self.inbound.append((stream, owner))
        return owner

    def went_away(self) -> None:
        self.told.append("went away")

    def lost(self) -> None:
        self.told.append("lost")

    def take(self, data: bytes) -> None:
        """Bytes came."""
        for start in range(0, len(data), RECEIVE_BUFFER):
            part = data[start : start + RECEIVE_BUFFER]
            self.get_buffer(-1)[: len(part)] = part
            self.buffer_updated(len(part))


class LinkPair:
    """``near`` and ``far`` hear each other when ``settle`` is called."""

    def __init__(self) -> None:
        self.turns = Turns()
        self.near = OpenLink(Role.RELAY, self.turns)
        self.far = OpenLink(Role.CONNECTOR, self.turns)

    def settle(self) -> None:
        """Turns, and bytes both ways, until nothing moves."""
        for _ in range(1000):
            self.turns.take_all()
            moved = False
            for sender, receiver in ((self.near, self.far), (self.far, self.near)):
                data = sender.transport.written
                sender.transport.writes.clear()
                receiver.take(data)
                moved = moved or bool(data)
            if not moved:
                return
        raise AssertionError("it never settles")

    def open(self) -> tuple[Stream, FakeOwner, Stream, FakeOwner]:
        """A stream, as both ends see it."""
        owner = FakeOwner()
        stream = self.near.open(b"", owner)
        self.settle()
        return stream, owner, *self.far.inbound[-1]
