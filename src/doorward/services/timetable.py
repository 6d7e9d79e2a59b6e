"""The timetable: what changes by itself when a moment has come, and nobody asks for it.

A fact expires, a rule's hours begin or end. Whoever knows of such moments tells the next one, and is
called when it has come.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final, Protocol

import structlog

from doorward.model.errors import AccessError
from doorward.ports.clock import Clock

log = structlog.get_logger("services.timetable")

LONGEST_NAP: Final = timedelta(seconds=1)
"""However far the next moment is: the clock may be set, and an earlier moment may turn up."""
SHORTEST_NAP: Final = timedelta(milliseconds=50)


class Timed(Protocol):
    """Something that changes by itself."""

    def next_moment(self) -> datetime | None:
        """When it changes next, or should have; None while nothing is to come."""
        ...

    async def come(self) -> None:
        """The moment has come: bring the change into force. ``next_moment`` is a later one after that."""
        ...


class Timetable:
    """Calls each when its moment has come. One that fails is called again, and hinders no other."""

    def __init__(self, entries: Sequence[Timed], *, clock: Clock) -> None:
        self._entries = entries
        self._clock = clock

    async def look(self) -> timedelta:
        """Do what is due; return how long to wait before the next look."""
        done = await asyncio.gather(*(self._do(entry) for entry in self._entries if self._is_due(entry)))
        if not all(done):
            return LONGEST_NAP
        moments = [moment for entry in self._entries if (moment := entry.next_moment()) is not None]
        left = min(moments) - self._clock.now() if moments else LONGEST_NAP
        return min(max(left, SHORTEST_NAP), LONGEST_NAP)

    async def keep(self) -> None:
        """Look again and again until cancelled."""
        while True:
            nap = await self.look()
            await asyncio.sleep(nap.total_seconds())

    def _is_due(self, entry: Timed) -> bool:
        moment = entry.next_moment()
        return moment is not None and moment <= self._clock.now()

    async def _do(self, entry: Timed) -> bool:
        try:
            await entry.come()
        except AccessError as error:
            log.warning("what was due could not be done; it is tried again", problem=str(error))
            return False
        return True
