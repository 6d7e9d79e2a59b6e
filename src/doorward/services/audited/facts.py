"""Reported facts, audited: put and withdrawn. That one expires is no act: nobody did it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from doorward.audit.acts import ActName
from doorward.audit.instants import written_instant
from doorward.model.report import Report, Whom
from doorward.ports.audit import AuditLog
from doorward.ports.facts import Facts
from doorward.services.audited.recording import recorded


class AuditedFacts:
    """``ports.facts.Facts`` around another one."""

    def __init__(self, inner: Facts, audit: AuditLog) -> None:
        self._inner = inner
        self._audit = audit

    async def put(self, reports: Sequence[Report], *, most: int) -> None:
        """See ``Facts.put``."""
        if not reports:
            return
        facts = {"reports": [_facts(report) for report in reports]}
        async with recorded(self._audit, ActName.FACTS_REPORTED, facts):
            await self._inner.put(reports, most=most)

    async def of(self, whom: Collection[Whom], *, now: datetime) -> Sequence[Report]:
        """See ``Facts.of``."""
        return await self._inner.of(whom, now=now)

    async def listed(self, *, now: datetime) -> Sequence[Report]:
        """See ``Facts.listed``."""
        return await self._inner.listed(now=now)

    async def expire(
        self, whom: Whom, *, names: Collection[str] = (), source: str | None = None, now: datetime
    ) -> Sequence[Report]:
        """See ``Facts.expire``."""
        facts = {**_whom(whom), "names": sorted(names), "source": source}
        async with recorded(self._audit, ActName.FACTS_WITHDRAWN, facts):
            return await self._inner.expire(whom, names=names, source=source, now=now)

    async def next_expiry(self) -> datetime | None:
        """See ``Facts.next_expiry``."""
        return await self._inner.next_expiry()

    async def expired(self, *, now: datetime) -> Sequence[Report]:
        """See ``Facts.expired``."""
        return await self._inner.expired(now=now)

    async def remove_expired(self, *, now: datetime) -> None:
        """See ``Facts.remove_expired``."""
        await self._inner.remove_expired(now=now)


def _facts(report: Report) -> dict[str, object]:
    return {
        **_whom(report.whom),
        "email": report.email,
        "name": report.name,
        "value": report.value,
        "source": report.source,
        "expires": written_instant(report.expires),
    }


def _whom(whom: Whom) -> dict[str, object]:
    return {"kind": whom.kind.value, "identity_provider": whom.identity_provider, "id": whom.id}
