"""After kill -9 in the middle of writing, everything that was reported as done is there."""

from __future__ import annotations

import asyncio
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from doorward.model.errors import NotFound
from doorward.stores.sql_stores import SqlStores
from tests.fakes.clock import START
from tests.stores.files import opened

ROUNDS = 4


def kill_while_writing(path: Path, seed: str, *, after: int) -> list[str]:
    """Kill a writer once it has reported ``after`` acts; return all that it reported."""
    command = [sys.executable, "-m", "tests.stores.crashing", str(path), seed]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as writer:
        assert writer.stdout is not None
        seen = [writer.stdout.readline() for _ in range(after)]
        writer.kill()
        seen += writer.stdout.readlines()
    assert writer.returncode == -signal.SIGKILL
    # The last line may have been cut off by the kill: half a line is no report.
    return [line.strip() for line in seen if line.endswith("\n")]


async def check(stores: SqlStores, reports: list[str]) -> None:
    """Each reported act must have left what it said."""
    for report in reports:
        act, name = report.split()
        kept, found = await stores.sessions.foothold(name)
        assert kept.session == found.id == name
        if act == "revoked":
            assert found.revoked == START


def test_every_act_that_was_reported_as_done_survives_kill_9(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    reports: list[str] = []
    for number in range(ROUNDS):
        reports += kill_while_writing(path, f"round{number}", after=60 + 37 * number)

    async def run() -> None:
        async with opened(path) as stores:
            await check(stores, reports)

    asyncio.run(run())
    assert len(reports) > 60 * ROUNDS
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]


def test_the_check_sees_an_act_that_was_lost(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    reports = kill_while_writing(path, "round", after=10)

    async def run() -> None:
        async with opened(path) as stores:
            await check(stores, reports)
            await stores.sessions.remove_ended(before=START.replace(year=2100))
            with pytest.raises(NotFound):
                await check(stores, reports)

    asyncio.run(run())
