"""When each service token was last seen, and where from: noted in memory as requests are answered, and
written down later, at most once a minute for each.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from doorward.model.ids import ServiceTokenId

PAUSE: Final = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Sighting:
    """``source`` is an address."""

    seen: datetime
    source: str


class Sightings:
    """What was seen and is not written yet, and when each was written last."""

    def __init__(self) -> None:
        self._noted: dict[ServiceTokenId, Sighting] = {}
        self._written: dict[ServiceTokenId, datetime] = {}

    def note(self, token: ServiceTokenId, *, now: datetime, source: str) -> None:
        """It was seen."""
        self._noted[token] = Sighting(now, source)

    def due(self, now: datetime) -> Mapping[ServiceTokenId, Sighting]:
        """What may be written now."""
        return {token: sighting for token, sighting in self._noted.items() if self._may_write(token, now)}

    def written(self, sightings: Mapping[ServiceTokenId, Sighting], *, now: datetime) -> None:
        """These have been written. One that was noted meanwhile stays to be written."""
        for token, sighting in sightings.items():
            self._written[token] = now
            if self._noted.get(token) == sighting:
                del self._noted[token]

    def _may_write(self, token: ServiceTokenId, now: datetime) -> bool:
        last = self._written.get(token)
        # A clock that was set back must not keep anything from being written until it catches up.
        return last is None or now < last or now - last >= PAUSE
