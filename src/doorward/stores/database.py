"""The open database: one engine that reads, one that writes."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

from sqlalchemy import URL, event
from sqlalchemy.engine import Connection
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.pool import ConnectionPoolEntry

from doorward.stores.faults import explained

READERS = 4
# How long a write waits for the writes before it in this process. The driver waits by itself for
# those of other processes.
QUEUE_SECONDS = 10.0


class Database:
    """Gives connections; ``name`` is how errors call the database.

    Rule: a transaction that writes begins by writing, so that it never has to be repeated.
    """

    def __init__(self, name: str, *, reader: AsyncEngine, writer: AsyncEngine) -> None:
        self.name = name
        self._reader = reader
        self._writer = writer

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncConnection]:
        """A connection on which each statement sees what is committed when it begins."""
        with explained(self.name):
            async with self._reader.connect() as connection:
                yield connection

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[AsyncConnection]:
        """A transaction: on disk when the block ends, undone when it raises."""
        with explained(self.name):
            async with self._writer.begin() as connection:
                yield connection

    async def close(self) -> None:
        """Close every connection."""
        await self._reader.dispose()
        await self._writer.dispose()


def sqlite(path: Path, *, patience: timedelta) -> Database:
    """A database in an SQLite file; ``patience`` is how long to wait for other programs' locks.

    One connection writes, because SQLite has one writer anyway and a queue is fairer than its lock.
    """
    url = URL.create("sqlite+aiosqlite", database=str(path))
    # No isolation level: the driver's own begins are not transactional for DDL.
    driver = {"isolation_level": None, "timeout": patience.total_seconds()}
    reader = create_async_engine(
        url,
        connect_args=driver,
        pool_size=READERS,
        max_overflow=0,
        pool_timeout=QUEUE_SECONDS,
        pool_reset_on_return=None,
        skip_autocommit_rollback=True,
    )
    writer = create_async_engine(
        url, connect_args=driver, pool_size=1, max_overflow=0, pool_timeout=QUEUE_SECONDS
    )
    event.listen(reader.sync_engine, "connect", _prepare_sqlite)
    event.listen(writer.sync_engine, "connect", _prepare_sqlite)
    event.listen(writer.sync_engine, "begin", _begin_sqlite)
    return Database(str(path), reader=reader, writer=writer)


def _prepare_sqlite(connection: DBAPIConnection, _entry: ConnectionPoolEntry) -> None:
    """The one place with SQLite's own words: a commit is on disk, parents exist, readers never wait."""
    cursor = connection.cursor()
    for pragma in ("journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    """Take the write lock first: a transaction that reads before it writes would else be refused."""
    connection.exec_driver_sql("BEGIN IMMEDIATE")
