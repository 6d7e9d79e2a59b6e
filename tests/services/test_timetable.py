from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from doorward.model.errors import Unavailable
from doorward.services.timetable import LONGEST_NAP, SHORTEST_NAP, Timetable
from tests.fakes.clock import START, FakeClock

SECOND = timedelta(seconds=1)


@dataclass
class Moments:
    """Implements ``Timed``: called once for each moment, in order. ``failures`` are to come first."""

    left: list[datetime]
    failures: int = 0
    called: int = 0
    happened: asyncio.Event = field(default_factory=asyncio.Event)

    def next_moment(self) -> datetime | None:
        return self.left[0] if self.left else None

    async def come(self) -> None:
        self.called += 1
        if self.called <= self.failures:
            raise Unavailable("the disk is full")
        del self.left[0]
        self.happened.set()


def look(*entries: Moments, clock: FakeClock) -> timedelta:
    return asyncio.run(Timetable(entries, clock=clock).look())


def test_only_what_is_due_is_called() -> None:
    now, later = Moments([START]), Moments([START + SECOND])
    look(now, later, clock=FakeClock())
    assert (now.called, later.called) == (1, 0)


def test_the_nap_ends_at_the_next_moment_and_is_never_long() -> None:
    half = timedelta(milliseconds=500)
    assert look(Moments([START + half]), Moments([START + SECOND]), clock=FakeClock()) == half
    assert look(Moments([START + 3 * SECOND]), clock=FakeClock()) == LONGEST_NAP
    assert look(Moments([]), clock=FakeClock()) == LONGEST_NAP
    assert look(Moments([START, START]), clock=FakeClock()) == SHORTEST_NAP


def test_a_clock_that_jumps_over_a_moment_makes_it_due() -> None:
    clock, entry = FakeClock(), Moments([START + timedelta(days=3)])
    look(entry, clock=clock)
    clock.advance(timedelta(days=30))
    look(entry, clock=clock)
    assert entry.called == 1


def test_one_that_fails_is_called_again_later_and_hinders_no_other() -> None:
    failing, other = Moments([START], failures=1), Moments([START])
    clock = FakeClock()
    assert look(failing, other, clock=clock) == LONGEST_NAP
    assert other.left == []
    look(failing, other, clock=clock)
    assert failing.left == []


def test_it_goes_on_by_itself() -> None:
    async def run() -> None:
        entry = Moments([START])
        keeping = asyncio.get_running_loop().create_task(Timetable([entry], clock=FakeClock()).keep())
        await asyncio.wait_for(entry.happened.wait(), timeout=5)
        keeping.cancel()
        await asyncio.gather(keeping, return_exceptions=True)

    asyncio.run(run())
