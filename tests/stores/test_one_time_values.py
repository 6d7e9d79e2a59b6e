"""How values that may be used once are kept."""

from __future__ import annotations

import asyncio
import sqlite3
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from doorward.model.errors import NotFound
from tests.fakes.clock import START
from tests.stores.files import opened

SOON = START + timedelta(minutes=10)


def test_a_value_that_was_taken_cannot_be_taken_after_a_restart(tmp_path: Path) -> None:
    async def run() -> None:
        async with opened(tmp_path / "a.db") as stores:
            await stores.one_time_values.put("key", "value", expires=SOON)
            await stores.one_time_values.take("key", now=START)
        async with opened(tmp_path / "a.db") as stores:
            with pytest.raises(NotFound):
                await stores.one_time_values.take("key", now=START)

    asyncio.run(run())


def test_what_was_taken_or_has_expired_takes_no_room(tmp_path: Path) -> None:
    async def run() -> None:
        async with opened(tmp_path / "a.db") as stores:
            for key in ("taken", "expired"):
                await stores.one_time_values.put(key, "value", expires=SOON)
            await stores.one_time_values.take("taken", now=START)
            await stores.one_time_values.remove_expired(now=SOON)

    asyncio.run(run())
    with closing(sqlite3.connect(tmp_path / "a.db")) as connection:
        assert connection.execute("SELECT count(*) FROM one_time_values").fetchone() == (0,)
