"""Connections: how they are set up, and what a transaction is."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from doorward.model.errors import Unavailable
from doorward.stores.database import READERS, Database, sqlite
from tests.stores.files import IMPATIENT

SECONDS = timedelta(seconds=5)


@asynccontextmanager
async def database(folder: Path, *, patience: timedelta = SECONDS) -> AsyncIterator[Database]:
    """One with a table of numbers."""
    opened = sqlite(folder / "a.db", patience=patience)
    async with opened.writing() as connection:
        await connection.execute(text("CREATE TABLE IF NOT EXISTS numbers (number INTEGER UNIQUE)"))
    try:
        yield opened
    finally:
        await opened.close()


async def numbers(opened: Database) -> list[int]:
    async with opened.reading() as connection:
        return list((await connection.execute(text("SELECT number FROM numbers"))).scalars())


async def write(opened: Database, number: int) -> None:
    async with opened.writing() as connection:
        await connection.execute(text("INSERT INTO numbers VALUES (:number)"), {"number": number})


@pytest.mark.parametrize(
    ("pragma", "value"),
    [("journal_mode", "wal"), ("synchronous", 2), ("foreign_keys", 1), ("busy_timeout", 5000)],
)
def test_every_connection_is_durable_and_keeps_parents(tmp_path: Path, pragma: str, value: str | int) -> None:
    async def run() -> None:
        async with database(tmp_path) as opened:
            for connect in (opened.reading, opened.writing):
                async with connect() as connection:
                    found = await connection.execute(text(f"PRAGMA {pragma}"))
                    assert found.scalar_one() == value

    asyncio.run(run())


def test_a_block_that_raises_has_written_nothing(tmp_path: Path) -> None:
    async def write_and_fail(opened: Database) -> None:
        async with opened.writing() as connection:
            await connection.execute(text("INSERT INTO numbers VALUES (1)"))
            raise KeyError

    async def run() -> None:
        async with database(tmp_path) as opened:
            with pytest.raises(KeyError):
                await write_and_fail(opened)
            assert await numbers(opened) == []

    asyncio.run(run())


def test_readers_do_not_wait_for_a_writer_and_see_what_is_committed(tmp_path: Path) -> None:
    async def run() -> None:
        async with database(tmp_path, patience=IMPATIENT) as opened:
            await write(opened, 1)
            async with opened.writing() as connection:
                await connection.execute(text("INSERT INTO numbers VALUES (2)"))
                assert await numbers(opened) == [1]
            assert await numbers(opened) == [1, 2]

    asyncio.run(run())


def test_writers_of_one_process_queue(tmp_path: Path) -> None:
    async def run() -> None:
        async with database(tmp_path, patience=IMPATIENT) as opened:
            await asyncio.gather(*(write(opened, number) for number in range(100)))
            assert sorted(await numbers(opened)) == list(range(100))

    asyncio.run(run())


def test_more_readers_than_connections_queue(tmp_path: Path) -> None:
    async def run() -> None:
        async with database(tmp_path) as opened:
            await write(opened, 1)
            found = await asyncio.gather(*(numbers(opened) for _ in range(READERS * 10)))
            assert found == [[1]] * READERS * 10

    asyncio.run(run())


def test_another_programs_lock_is_an_error_that_names_the_file_and_passes_with_the_lock(
    tmp_path: Path,
) -> None:
    async def run() -> None:
        async with database(tmp_path, patience=IMPATIENT) as opened:
            with closing(sqlite3.connect(tmp_path / "a.db", isolation_level=None)) as other:
                other.execute("BEGIN IMMEDIATE")
                with pytest.raises(Unavailable, match=r"a\.db: the database is locked by another program"):
                    await write(opened, 1)
                assert await numbers(opened) == []
                other.execute("ROLLBACK")
            await write(opened, 2)
            assert await numbers(opened) == [2]

    asyncio.run(run())


def test_writes_that_are_cancelled_leave_a_database_that_works(tmp_path: Path) -> None:
    async def run() -> None:
        async with database(tmp_path) as opened:
            for turns in range(25):
                attempt = asyncio.create_task(write(opened, turns))
                for _ in range(turns):
                    await asyncio.sleep(0)
                attempt.cancel()
                await asyncio.gather(attempt, return_exceptions=True)
            await write(opened, 1000)
            assert 1000 in await numbers(opened)

    asyncio.run(run())
