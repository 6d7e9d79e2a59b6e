"""Time that stands still until a test moves it, and randomness that repeats itself."""

from __future__ import annotations

import base64
import hashlib
from datetime import UTC, datetime, timedelta

START = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


class FakeClock:
    """A clock that a test owns."""

    def __init__(self, start: datetime = START) -> None:
        self._now = start

    def now(self) -> datetime:
        return self._now

    def advance(self, by: timedelta) -> None:
        self._now += by

    def set(self, moment: datetime) -> None:
        self._now = moment


class FakeRandomness:
    """Values that differ from each other and are the same in every run with the same ``seed``."""

    def __init__(self, seed: str = "doorward") -> None:
        self._seed = seed
        self._drawn = 0

    def token(self, size: int = 32) -> str:
        return base64.urlsafe_b64encode(self._bytes(size)).rstrip(b"=").decode()

    def identifier(self) -> str:
        return self._bytes(16).hex()

    def number(self, below: int) -> int:
        # Sixteen bytes are so many more than anybody asks for that the remainder favours nobody.
        return int.from_bytes(self._bytes(16)) % below

    def _bytes(self, size: int) -> bytes:
        self._drawn += 1
        return hashlib.shake_256(f"{self._seed}:{self._drawn}".encode()).digest(size)
