"""How reported facts are looked up: by an index, whatever else is kept."""

from __future__ import annotations

import asyncio
import sqlite3
from contextlib import closing
from datetime import timedelta
from pathlib import Path

from doorward.model.report import Report, Whom
from doorward.stores.facts import BATCH
from tests.fakes.clock import START
from tests.nouns import identity
from tests.stores.files import opened

PLAN = """EXPLAIN QUERY PLAN SELECT * FROM facts
WHERE (kind = 'person' AND identity_provider = 'p' AND whom = 'a'
OR kind = 'session' AND identity_provider = '' AND whom = 's') AND expires > '2026'"""


def test_a_persons_facts_are_found_by_an_index(tmp_path: Path) -> None:
    async def run() -> None:
        async with opened(tmp_path / "a.db"):
            pass

    asyncio.run(run())
    with closing(sqlite3.connect(tmp_path / "a.db")) as connection:
        steps = [row[3] for row in connection.execute(PLAN)]
    assert not [step for step in steps if step.startswith("SCAN")], steps


def test_more_people_than_fit_in_one_statement_are_kept_and_found(tmp_path: Path) -> None:
    async def run() -> int:
        everybody = [Whom.person(identity(f"p{n}@example.com")) for n in range(BATCH + 1)]
        hour = timedelta(hours=1)
        reports = [
            Report(whom=who, name="d", source="s", value="v", reported=START, expires=START + hour)
            for who in everybody
        ]
        async with opened(tmp_path / "a.db") as stores:
            await stores.facts.put(reports, most=1)
            await stores.facts.put(reports, most=1)
            return len(await stores.facts.of(everybody, now=START))

    assert asyncio.run(run()) == BATCH + 1
