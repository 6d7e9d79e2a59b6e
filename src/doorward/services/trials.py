"""Trials: an administrator signs in at a provider to see what it says, and nothing else happens.

Rule: a trial makes no session. Its result is shown to who holds its ticket, for a quarter of an hour,
and is not stored.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from doorward.envoy import names
from doorward.model.access import Identity
from doorward.model.errors import NotFound
from doorward.model.identity_provider import IdentityProvider
from doorward.model.ids import IdentityProviderId
from doorward.ports.clock import Clock, Randomness
from doorward.ports.identity import Arrival, Check

LIFETIME = timedelta(minutes=15)
MOST = 100
"""Trials that are remembered at once; the oldest is forgotten first."""
PATH = names.ACCESS_PATH + "trial"


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """One trial. ``arrival`` and ``checks`` are there once somebody came back."""

    provider: IdentityProviderId
    begun: datetime
    arrival: Arrival | None = None
    checks: Sequence[Check] = ()

    @property
    def identity(self) -> Identity | None:
        """Who would be signed in."""
        return self.arrival.identity if self.arrival else None

    @property
    def raw(self) -> Mapping[str, object]:
        """What the provider said, cleared of secrets."""
        return self.arrival.raw if self.arrival else {}


class Trials:
    """The trials of this process, by ticket."""

    def __init__(self, *, team_origin: str, clock: Clock, randomness: Randomness) -> None:
        self._team_origin = team_origin
        self._clock = clock
        self._randomness = randomness
        self._trials: dict[str, Trial] = {}

    def begin(self, provider: IdentityProvider) -> tuple[str, str]:
        """A ticket for a trial, and the URL to open in a browser."""
        self._forget()
        ticket = self._randomness.token()
        self._trials[ticket] = Trial(provider=provider.id, begun=self._clock.now())
        return ticket, f"{self._team_origin}{PATH}?ticket={ticket}"

    def get(self, ticket: str) -> Trial:
        """Raises NotFound for a ticket that is not known, or too old."""
        self._forget()
        if ticket not in self._trials:
            raise NotFound("this trial is over; begin it again")
        return self._trials[ticket]

    def finish(self, ticket: str, arrival: Arrival, checks: Sequence[Check]) -> str:
        """Somebody came back; returns the address of the result."""
        trial = self.get(ticket)
        self._trials[ticket] = Trial(
            provider=trial.provider, begun=trial.begun, arrival=arrival, checks=tuple(checks)
        )
        return f"{PATH}?ticket={ticket}"

    def _forget(self) -> None:
        oldest = self._clock.now() - LIFETIME
        kept = [(ticket, trial) for ticket, trial in self._trials.items() if trial.begun > oldest]
        self._trials = dict(kept[-MOST:])
