"""A byte transport and an event loop's turns, for what has the methods of an asyncio protocol."""

from __future__ import annotations

from collections.abc import Callable


class Turns:
    """``call_soon`` of an event loop whose turns a test takes one by one."""

    def __init__(self) -> None:
        self._waiting: list[Callable[[], None]] = []

    def call_soon(self, function: Callable[[], None]) -> None:
        self._waiting.append(function)

    def take(self) -> None:
        """One turn: whatever asked for it so far."""
        waiting, self._waiting = self._waiting, []
        for function in waiting:
            function()

    def take_all(self) -> None:
        """Turns until nobody asks for another."""
        for _ in range(1000):
            if not self._waiting:
                return
            self.take()
        raise AssertionError("it never rests")


class FakeTransport:
    """Remembers what was done to it. ``writes`` holds each write by itself."""

    def __init__(self, *, half_closes: bool = True) -> None:
        self.writes: list[bytes] = []
        self.is_reading = True
        self.is_closed = False
        self.is_aborted = False
        self.has_ended = False
        self._half_closes = half_closes

    @property
    def written(self) -> bytes:
        return b"".join(self.writes)

    def write(self, data: bytes, /) -> None:
        self.writes.append(bytes(data))

    def write_eof(self) -> None:
        assert self._half_closes
        self.has_ended = True

    def can_write_eof(self) -> bool:
        return self._half_closes

    def pause_reading(self) -> None:
        self.is_reading = False

    def resume_reading(self) -> None:
        self.is_reading = True

    def close(self) -> None:
        self.is_closed = True

    def abort(self) -> None:
        self.is_aborted = True


class FakeOwner:
    """Implements ``tunnel.stream.StreamOwner``: remembers what it was told."""

    def __init__(self) -> None:
        self.data = b""
        self.told: list[str] = []

    def received(self, data: bytes) -> None:
        self.data += data

    def ended(self) -> None:
        self.told.append("ended")

    def aborted(self) -> None:
        self.told.append("aborted")

    def drained(self) -> None:
        self.told.append("drained")
