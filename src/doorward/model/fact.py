"""Facts that somebody reports about a person from time to time: device posture, risk."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """``value`` as it was last reported, by ``source``. After ``expires`` nothing is known any more: a
    fact that nobody repeats is unknown, and never good."""

    value: str
    expires: datetime
    source: str = ""

    def is_current(self, now: datetime) -> bool:
        """Whether it still counts at ``now``."""
        return now < self.expires
