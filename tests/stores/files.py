"""Databases in files, for tests."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

from doorward.stores.sql_stores import SqlStores

KEY = bytes(range(32))
IMPATIENT = timedelta(milliseconds=50)


@asynccontextmanager
async def opened(
    path: Path | str, *, key: bytes = KEY, patience: timedelta = timedelta(seconds=5)
) -> AsyncIterator[SqlStores]:
    """Stores that are closed whatever happens."""
    stores = await SqlStores.open(path, encryption_key=key, patience=patience)
    try:
        yield stores
    finally:
        await stores.close()
