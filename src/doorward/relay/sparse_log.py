"""Log lines that a stranger or a broken origin can cause: at most a few a minute, the rest counted."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, Protocol

PERIOD: Final = 60.0
LINES: Final = 10


class Log(Protocol):
    """A structured log."""

    def warning(self, event: str, **values: object) -> object:
        """Write a line."""
        ...


class SparseLog:
    """``time`` gives seconds that never go back. Of each event ten lines a minute are written."""

    def __init__(self, log: Log, time: Callable[[], float]) -> None:
        self._log = log
        self._time = time
        self._begun: dict[str, float] = {}
        self._written: dict[str, int] = {}

    def warning(self, event: str, **values: object) -> None:
        """Write a line, or count it."""
        now = self._time()
        written = self._written.get(event, 0)
        if now - self._begun.get(event, float("-inf")) >= PERIOD:
            if written > LINES:
                self._log.warning(event, left_out=written - LINES)
            self._begun[event] = now
            written = 0
        self._written[event] = written + 1
        if written < LINES:
            self._log.warning(event, **values)
