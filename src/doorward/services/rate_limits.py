"""How often sign-in may fail before it has to wait.

Failures are counted, not attempts, so that nobody who knows the password is slowed by themselves; by
address book entry *and* network, so that a stranger elsewhere cannot lock a person out; and unknown
addresses count like known ones, so that the limit tells nobody who has an account.
"""

from __future__ import annotations

from collections import OrderedDict, deque
from datetime import datetime, timedelta
from ipaddress import IPv4Address, IPv6Address, ip_network
from math import ceil
from typing import Final

from doorward.model.errors import AccessError
from doorward.ports.clock import Clock
from doorward.services.secrets import hashed

WINDOW: Final = timedelta(minutes=5)
PER_PERSON: Final = 10
"""Failures for one address from one network within the window."""
PER_NETWORK: Final = 100
"""Failures for all addresses from one network within the window."""
REMEMBERED: Final = 50_000
"""Keys remembered at most, so that a flood of made-up addresses cannot fill the memory."""


class TooMany(AccessError):
    """Too many attempts. ``seconds`` is how long to wait."""

    retryable = True

    def __init__(self, seconds: int) -> None:
        super().__init__(f"too many attempts; wait {seconds} seconds")
        self.seconds = seconds


class SignInLimits:
    """Remembers recent failures in memory."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._failures: OrderedDict[str, deque[datetime]] = OrderedDict()

    def check(self, email: str, source: IPv4Address | IPv6Address) -> None:
        """Raises TooMany when this must wait. Costs the same for every address."""
        now = self._clock.now()
        for key, limit in self._keys(email, source):
            failures = self._recent(key, now)
            if len(failures) >= limit:
                raise TooMany(ceil((failures[0] + WINDOW - now).total_seconds()))

    def failed(self, email: str, source: IPv4Address | IPv6Address) -> None:
        """Remember a failure."""
        now = self._clock.now()
        for key, limit in self._keys(email, source):
            failures = self._failures.setdefault(key, deque(maxlen=limit))
            failures.append(now)
            self._failures.move_to_end(key)
        while len(self._failures) > REMEMBERED:
            self._failures.popitem(last=False)

    def _recent(self, key: str, now: datetime) -> deque[datetime]:
        failures = self._failures.get(key)
        if failures is None:
            return deque()
        while failures and failures[0] <= now - WINDOW:
            failures.popleft()
        if not failures:
            del self._failures[key]
        return failures

    def _keys(self, email: str, source: IPv4Address | IPv6Address) -> tuple[tuple[str, int], ...]:
        network = ip_network(f"{source}/{24 if source.version == 4 else 64}", strict=False)
        person = hashed(email.strip().lower())
        return ((f"{person} {network}", PER_PERSON), (str(network), PER_NETWORK))
