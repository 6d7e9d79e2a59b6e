"""How sessions are kept: look-ups use an index, however many there are."""

from __future__ import annotations

import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy.dialects import sqlite

from doorward.model.ids import SessionId
from doorward.stores.sessions import FOOTHOLD_BY_SECRET, SESSION_BY_SECRET
from tests.fakes.clock import START
from tests.nouns import foothold, session
from tests.stores.files import opened


@pytest.mark.parametrize("query", [SESSION_BY_SECRET, FOOTHOLD_BY_SECRET])
def test_a_look_up_by_secret_searches_by_index_and_scans_no_table(tmp_path: Path, query: object) -> None:
    path = tmp_path / "a.db"

    async def make() -> None:
        async with opened(path):
            pass

    asyncio.run(make())
    assert hasattr(query, "compile")
    statement = str(query.compile(dialect=sqlite.dialect()))
    with closing(sqlite3.connect(path)) as connection:
        plan = [row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {statement}", ("x",))]
    assert plan
    assert all(step.startswith("SEARCH") and "INDEX" in step for step in plan)


def test_footholds_go_with_their_sessions_and_leave_no_row_behind(tmp_path: Path) -> None:
    path = tmp_path / "a.db"

    async def run() -> None:
        async with opened(path) as stores:
            await stores.sessions.create(session("s1"), secret_hash="s1")
            await stores.sessions.create_foothold(foothold("s1"), secret_hash="foot")
            await stores.sessions.revoke([SessionId("s1")], now=START)
            await stores.sessions.remove_ended(before=START.replace(year=2100))

    asyncio.run(run())
    with closing(sqlite3.connect(path)) as connection:
        for table in ("sessions", "application_sessions"):
            assert connection.execute(f"SELECT count(*) FROM {table}").fetchone() == (0,)
