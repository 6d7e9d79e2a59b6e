"""How fast one provider's directory may push."""

from __future__ import annotations

from datetime import datetime, timedelta
from math import ceil
from typing import Final

from doorward.model.ids import IdentityProviderId
from doorward.ports.clock import Clock
from doorward.services.rate_limits import TooMany

RATE: Final = 100.0
"""Requests a second that one provider may send; Entra sends about 25 [K]."""
BURST: Final = 200.0
"""Requests that it may send at once after a pause."""


class Pace:
    """A bucket of requests for each provider, which fills up again. Only requests that showed the right
    secret count: a stranger cannot hold up a directory."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._left: dict[IdentityProviderId, tuple[float, datetime]] = {}

    def check(self, provider: IdentityProviderId) -> None:
        """Take one request out. Raises TooMany when there is none."""
        now = self._clock.now()
        left, since = self._left.get(provider, (BURST, now))
        passed = max(timedelta(), now - since).total_seconds()
        left = min(BURST, left + passed * RATE)
        if left < 1:
            self._left[provider] = (left, now)
            raise TooMany(ceil((1 - left) / RATE))
        self._left[provider] = (left - 1, now)
