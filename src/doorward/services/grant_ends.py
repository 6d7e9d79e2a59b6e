"""The ends of grants: when access that was given is over, what is open by it is cut.

A token never outlives the grant that it was made by (``policy.selectors.grant``); an open stream would.
"""

from __future__ import annotations

from datetime import datetime
from heapq import heapify, heappush

from doorward.model.grant import Grant
from doorward.model.ids import SessionId
from doorward.ports.clock import Clock
from doorward.ports.grants import Grants
from doorward.services.live_streams import LiveStreams


class GrantEnds:
    """Knows when each grant ends. An entry of the timetable (``services.timetable.Timed``)."""

    def __init__(self, grants: Grants, *, streams: LiveStreams, clock: Clock) -> None:
        self._grants = grants
        self._streams = streams
        self._clock = clock
        self._ends: list[tuple[datetime, SessionId]] = []

    async def begin(self) -> None:
        """Learn of those that were given before this process began."""
        for grant in await self._grants.open(now=self._clock.now()):
            self.note(grant)

    def note(self, grant: Grant) -> None:
        """It may have been given, or for another time."""
        if grant.until is not None:
            heappush(self._ends, (grant.until, grant.session))

    def next_moment(self) -> datetime | None:
        """When the next one ends. One that was taken back before counts too; looking twice does no harm."""
        return self._ends[0][0] if self._ends else None

    async def come(self) -> None:
        """Judge the streams of sessions whose grants have ended."""
        now = self._clock.now()
        await self._streams.recheck({session for until, session in self._ends if until <= now})
        self._ends = [end for end in self._ends if end[0] > now]
        heapify(self._ends)
