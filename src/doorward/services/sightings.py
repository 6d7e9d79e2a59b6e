"""When each service token was last seen, and where from: noted in memory as requests are answered, and
written down later, at most once a minute for each.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

PAUSE: Final = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Sighting:
    """``source`` is an address."""

    seen: datetime
    source: str


class Sightings:
    """What was seen and is not written yet, and when each was written last; by client id."""

    def __init__(self) -> None:
        self._noted: dict[str, Sighting] = {}
        self._written: dict[str, datetime] = {}

    def note(self, client_id: str, *, now: datetime, source: str) -> None:
        """It was seen."""
        self._noted[client_id] = Sighting(now, source)

    def due(self, now: datetime) -> Mapping[str, Sighting]:
        """What may be written now."""
        return {id: sighting for id, sighting in self._noted.items() if self._may_write(id, now)}

    def written(self, sightings: Mapping[str, Sighting], *, now: datetime) -> None:
        """These have been written. One that was noted meanwhile stays to be written."""
        for client_id, sighting in sightings.items():
            self._written[client_id] = now
            if self._noted.get(client_id) == sighting:
                del self._noted[client_id]

    def _may_write(self, client_id: str, now: datetime) -> bool:
        last = self._written.get(client_id)
        # A clock that was set back must not keep anything from being written until it catches up.
        return last is None or now < last or now - last >= PAUSE
