"""Facts that sources report, in a table."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, and_, delete, func, insert, or_, select, update

from doorward.model.errors import Conflict
from doorward.model.report import Report, Whom
from doorward.stores.database import Database
from doorward.stores.mapping import facts as mapping
from doorward.stores.tables import facts

# Keys in one statement: they are joined by "or", and SQLite takes expressions 1,000 deep.
BATCH = 200

_ORDER = (facts.c.kind, facts.c.identity_provider, facts.c.whom, facts.c.name, facts.c.source)


class SqlFacts:
    """``ports.facts.Facts`` in a database. Every method raises Unavailable as well."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def put(self, reports: Sequence[Report], *, most: int) -> None:
        """Keep these, all or none. Raises Conflict where somebody would have more than ``most``."""
        wanted = list({report.key: report for report in reports}.values())
        people = list({report.whom for report in wanted})
        async with self._database.writing() as connection:
            for start in range(0, len(wanted), BATCH):
                batch = wanted[start : start + BATCH]
                await connection.execute(delete(facts).where(or_(*map(_is, batch))))
                await connection.execute(insert(facts), [mapping.to_row(report) for report in batch])
            for start in range(0, len(people), BATCH):
                crowded = (
                    select(facts.c.whom)
                    .where(or_(*map(_about, people[start : start + BATCH])))
                    .group_by(facts.c.kind, facts.c.identity_provider, facts.c.whom)
                    .having(func.count() > most)
                    .limit(1)
                )
                if (await connection.execute(crowded)).first() is not None:
                    raise Conflict(f"at most {most} facts are kept of one person or session: clear some")

    async def of(self, whom: Collection[Whom], *, now: datetime) -> Sequence[Report]:
        """What still counts at ``now``."""
        found: list[Report] = []
        people = sorted(set(whom))
        async with self._database.reading() as connection:
            for start in range(0, len(people), BATCH):
                query = (
                    select(facts)
                    .where(or_(*map(_about, people[start : start + BATCH])), facts.c.expires > now)
                    .order_by(*_ORDER)
                )
                found += map(mapping.from_row, (await connection.execute(query)).mappings())
        return found

    async def listed(self, *, now: datetime) -> Sequence[Report]:
        """Everything that still counts at ``now``."""
        query = select(facts).where(facts.c.expires > now).order_by(*_ORDER)
        async with self._database.reading() as connection:
            return [mapping.from_row(row) for row in (await connection.execute(query)).mappings()]

    async def expire(
        self, whom: Whom, *, names: Collection[str] = (), source: str | None = None, now: datetime
    ) -> Sequence[Report]:
        """What is known of somebody counts no longer; returns it as it was."""
        these = and_(_about(whom), facts.c.expires > now)
        if names:
            these = and_(these, facts.c.name.in_(names))
        if source is not None:
            these = and_(these, facts.c.source == source)
        async with self._database.writing() as connection:
            known = await connection.execute(select(facts).where(these).order_by(*_ORDER))
            found = [mapping.from_row(row) for row in known.mappings()]
            await connection.execute(update(facts).where(these).values(expires=now))
        return found

    async def next_expiry(self) -> datetime | None:
        """When the first of those that are kept expires, or did."""
        query = select(facts.c.expires).order_by(facts.c.expires).limit(1)
        async with self._database.reading() as connection:
            return (await connection.execute(query)).scalar_one_or_none()

    async def expired(self, *, now: datetime) -> Sequence[Report]:
        """Those that are kept and do not count any more."""
        query = select(facts).where(facts.c.expires <= now).order_by(*_ORDER)
        async with self._database.reading() as connection:
            return [mapping.from_row(row) for row in (await connection.execute(query)).mappings()]

    async def remove_expired(self, *, now: datetime) -> None:
        """Forget them."""
        async with self._database.writing() as connection:
            await connection.execute(delete(facts).where(facts.c.expires <= now))


def _about(whom: Whom) -> ColumnElement[bool]:
    return and_(
        facts.c.kind == whom.kind.value,
        facts.c.identity_provider == whom.identity_provider,
        facts.c.whom == whom.id,
    )


def _is(report: Report) -> ColumnElement[bool]:
    return and_(_about(report.whom), facts.c.name == report.name, facts.c.source == report.source)
