"""Facts that sources report, kept in a dictionary."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime

from doorward.model.errors import Conflict
from doorward.model.report import Report, Whom
from tests.fakes.faults import Faults


class FakeFacts:
    """Implements ``ports.facts.Facts``. ``reads`` counts how often somebody's facts were asked for."""

    def __init__(self, faults: Faults | None = None) -> None:
        self._kept: dict[tuple[Whom, str, str], Report] = {}
        self._faults = faults or Faults()
        self.reads = 0

    async def put(self, reports: Sequence[Report], *, most: int) -> None:
        self._faults.check()
        kept = self._kept | {report.key: report for report in reports}
        counted = Counter(whom for whom, _, _ in kept)
        if any(counted[report.whom] > most for report in reports):
            raise Conflict(f"at most {most} facts are kept of one person or session: clear some")
        self._kept = kept

    async def of(self, whom: Collection[Whom], *, now: datetime) -> Sequence[Report]:
        self.reads += 1
        return [report for report in await self.listed(now=now) if report.whom in whom]

    async def listed(self, *, now: datetime) -> Sequence[Report]:
        self._faults.check()
        return [self._kept[key] for key in sorted(self._kept) if self._kept[key].is_current(now)]

    async def expire(
        self, whom: Whom, *, names: Collection[str] = (), source: str | None = None, now: datetime
    ) -> Sequence[Report]:
        gone = [
            report
            for report in await self.listed(now=now)
            if report.whom == whom and (not names or report.name in names) and source in {None, report.source}
        ]
        self._kept |= {report.key: replace(report, expires=now) for report in gone}
        return gone

    async def next_expiry(self) -> datetime | None:
        self._faults.check()
        return min((report.expires for report in self._kept.values()), default=None)

    async def expired(self, *, now: datetime) -> Sequence[Report]:
        self._faults.check()
        return [self._kept[key] for key in sorted(self._kept) if not self._kept[key].is_current(now)]

    async def remove_expired(self, *, now: datetime) -> None:
        self._faults.check()
        self._kept = {key: report for key, report in self._kept.items() if report.is_current(now)}
