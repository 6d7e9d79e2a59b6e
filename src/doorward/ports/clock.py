"""Time and randomness, as values that tests own."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol


class Clock(Protocol):
    """Tells the time."""

    def now(self) -> datetime:
        """The present instant, aware, in UTC."""
        ...


class Randomness(Protocol):
    """Gives values that nobody can guess."""

    def token(self, size: int = 32) -> str:
        """``size`` random bytes as unpadded base64url text."""
        ...

    def identifier(self) -> str:
        """A new id for a thing: 32 lower-case hexadecimal digits."""
        ...

    def number(self, below: int) -> int:
        """A number from 0 up to ``below``, which it never is; each as likely as the others."""
        ...
