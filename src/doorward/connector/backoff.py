"""How long to wait before the next attempt."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

FIRST: Final = 0.1
SOON: Final = 1.0
"""The longest wait of the first attempts: a relay that restarts is found again within seconds."""
SOON_ATTEMPTS: Final = 30
LONGEST: Final = 5.0


class Backoff:
    """Waits that double. ``jitter`` gives numbers from 0 to 1, so that many connectors spread out."""

    def __init__(self, jitter: Callable[[], float]) -> None:
        self._jitter = jitter
        self._attempts = 0

    def reset(self) -> None:
        """It worked."""
        self._attempts = 0

    def next(self) -> float:
        """Seconds to wait before the next attempt: between half and all of the present step."""
        longest = SOON if self._attempts < SOON_ATTEMPTS else LONGEST
        step = min(longest, FIRST * (1 << min(self._attempts, 10)))
        self._attempts += 1
        return step * (0.5 + self._jitter() / 2)
