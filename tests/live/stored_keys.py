"""The signing keys in the database of a Doorward under test: looked at, replaced, made older."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Awaitable, Callable
from contextlib import closing
from datetime import datetime, timedelta
from typing import TypeVar

from doorward.bootstrap.data_folder import DataFolder
from doorward.bootstrap.encryption_keys import encryption_keys
from doorward.ports.stores import SigningKey
from doorward.stores.sql_stores import SqlStores
from tests.live.system import System

T = TypeVar("T")


def newest_key(system: System) -> SigningKey:
    """The key that was made last, private part included."""

    async def found(stores: SqlStores) -> SigningKey:
        return (await stores.signing_keys.listed())[-1]

    return _with_stores(system, found)


def keep_only(system: System, key: SigningKey) -> None:
    """As if this were the key that Doorward has always signed with."""
    _with_stores(system, lambda stores: stores.signing_keys.replace_all(key))


def a_day_earlier(system: System) -> None:
    """As if every key had been made a day before: a test cannot wait for that long."""
    with closing(sqlite3.connect(system.data / "doorward.db")) as connection, connection:
        for kid, text in connection.execute("SELECT kid, not_before FROM signing_keys").fetchall():
            earlier = datetime.fromisoformat(text) - timedelta(days=1)
            changed = earlier.strftime("%Y-%m-%d %H:%M:%S.%f")
            connection.execute("UPDATE signing_keys SET not_before = ? WHERE kid = ?", (changed, kid))


def _with_stores(system: System, use: Callable[[SqlStores], Awaitable[T]]) -> T:
    async def used() -> T:
        folder = DataFolder.attach(system.data)
        keys = encryption_keys(folder, {})
        stores = await SqlStores.open(folder.database, encryption_key=keys.current)
        try:
            return await use(stores)
        finally:
            await stores.close()

    return asyncio.run(used())
