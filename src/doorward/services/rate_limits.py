"""How often something about signing in may happen before it has to wait.

Failures are counted, not attempts, so that nobody who knows the password is slowed by themselves; by
address book entry *and* network, so that a stranger elsewhere cannot lock a person out; and unknown
addresses count like known ones, so that the limit tells nobody who has an account. Mails are counted
as they are asked for, since each one costs somebody something.
"""

from __future__ import annotations

from collections import OrderedDict, deque
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import IPv4Address, IPv6Address, ip_network
from math import ceil
from typing import Final

from doorward.model.errors import AccessError
from doorward.ports.clock import Clock
from doorward.ports.credentials import Owner
from doorward.services.secrets import hashed

WINDOW: Final = timedelta(minutes=5)
PER_PERSON: Final = 10
"""Failures for one address from one network within the window."""
PER_NETWORK: Final = 100
"""Failures for all addresses from one network within the window."""

MAIL_WINDOW: Final = timedelta(minutes=10)
MAILS_PER_PERSON: Final = 5
"""Mails asked for, for one address from one network, within the window."""
MAILS_PER_NETWORK: Final = 50
"""Mails asked for from one network within the window."""
MAILS_PER_HOUR: Final = 12
"""Mails asked for, for one address from anywhere, within an hour: nobody's mailbox is flooded, and
whoever guesses codes for one address has few to guess at."""
MAILS_AT_ALL: Final = 1000
"""Mails asked for by everybody within the window: what a mail server can be expected to take."""

FACTORS: Final = 5
"""Wrong codes for one account within the window of passwords."""
FACTORS_PER_DAY: Final = 50
"""Wrong codes for one account within a day: of a million codes three are right at a time."""

REMEMBERED: Final = 50_000
"""Keys remembered at most, so that a flood of made-up addresses cannot fill the memory."""


class TooMany(AccessError):
    """Too many attempts. ``seconds`` is how long to wait."""

    retryable = True

    def __init__(self, seconds: int) -> None:
        super().__init__(f"too many attempts; wait {seconds} seconds")
        self.seconds = seconds


@dataclass(frozen=True, slots=True)
class Limit:
    """``most`` events under ``key`` within ``window``."""

    key: str
    most: int
    window: timedelta


class Events:
    """Remembers recent events in memory."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._events: OrderedDict[str, deque[datetime]] = OrderedDict()

    def check(self, limits: Sequence[Limit]) -> None:
        """Raises TooMany when one of these has been reached. Costs the same whatever the key."""
        now = self._clock.now()
        for limit in limits:
            recent = self._recent(limit, now)
            if len(recent) >= limit.most:
                raise TooMany(ceil((recent[0] + limit.window - now).total_seconds()))

    def note(self, limits: Sequence[Limit]) -> None:
        """Remember an event that counts for all of these."""
        now = self._clock.now()
        for limit in limits:
            events = self._events.setdefault(limit.key, deque(maxlen=limit.most))
            events.append(now)
            self._events.move_to_end(limit.key)
        while len(self._events) > REMEMBERED:
            self._events.popitem(last=False)

    def forget(self, limits: Sequence[Limit]) -> None:
        """Begin to count anew."""
        for limit in limits:
            self._events.pop(limit.key, None)

    def _recent(self, limit: Limit, now: datetime) -> deque[datetime]:
        events = self._events.get(limit.key)
        if events is None:
            return deque()
        while events and events[0] <= now - limit.window:
            events.popleft()
        if not events:
            del self._events[limit.key]
        return events


class SignInLimits:
    """How often passwords and codes may be wrong."""

    def __init__(self, clock: Clock) -> None:
        self._failures = Events(clock)

    def check(self, email: str, source: IPv4Address | IPv6Address) -> None:
        """Raises TooMany when this must wait. Costs the same for every address."""
        self._failures.check(_failures(email, source))

    def failed(self, email: str, source: IPv4Address | IPv6Address) -> None:
        """Remember a failure."""
        self._failures.note(_failures(email, source))


class MailLimits:
    """How often a mail may be asked for."""

    def __init__(self, clock: Clock) -> None:
        self._mails = Events(clock)

    def ask(self, email: str, source: IPv4Address | IPv6Address) -> None:
        """Remember that a mail is asked for. Raises TooMany when this must wait; then it counts for
        nothing."""
        limits = _mails(email, source)
        self._mails.check(limits)
        self._mails.note(limits)


class FactorLimits:
    """How often second factors may be wrong. Only who knows the password gets to try one, so it is
    counted by account, from anywhere: no stranger can lock a person out by it."""

    def __init__(self, clock: Clock) -> None:
        self._failures = Events(clock)

    def check(self, owner: Owner) -> None:
        """Raises TooMany when this must wait."""
        self._failures.check(_factors(owner))

    def failed(self, owner: Owner) -> None:
        """Remember a failure."""
        self._failures.note(_factors(owner))

    def forget(self, owner: Owner) -> None:
        """Begin to count anew within the short window, after a right one."""
        self._failures.forget(_factors(owner)[:1])


def network_of(source: IPv4Address | IPv6Address) -> str:
    """The network that an address is counted by: what a household or an office gets."""
    return str(ip_network(f"{source}/{24 if source.version == 4 else 64}", strict=False))


def _person(email: str) -> str:
    return hashed(email.strip().lower())


def _failures(email: str, source: IPv4Address | IPv6Address) -> tuple[Limit, ...]:
    network = network_of(source)
    return (
        Limit(f"{_person(email)} {network}", PER_PERSON, WINDOW),
        Limit(network, PER_NETWORK, WINDOW),
    )


def _factors(owner: Owner) -> tuple[Limit, ...]:
    key = hashed(f"{owner.provider} {owner.email}")
    return (Limit(key, FACTORS, WINDOW), Limit(f"{key} day", FACTORS_PER_DAY, timedelta(days=1)))


def _mails(email: str, source: IPv4Address | IPv6Address) -> tuple[Limit, ...]:
    network = network_of(source)
    return (
        Limit(f"{_person(email)} {network}", MAILS_PER_PERSON, MAIL_WINDOW),
        Limit(network, MAILS_PER_NETWORK, MAIL_WINDOW),
        Limit(_person(email), MAILS_PER_HOUR, timedelta(hours=1)),
        Limit("everybody", MAILS_AT_ALL, MAIL_WINDOW),
    )
