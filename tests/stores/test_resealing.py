from __future__ import annotations

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest

from doorward.model.errors import Invalid
from doorward.stores.database import sqlite
from doorward.stores.encryption import Envelope
from doorward.stores.resealing import reseal
from tests.nouns import session, signing_key
from tests.stores.files import KEY, opened

OTHER = KEY[::-1]
PATIENCE = timedelta(seconds=5)


def test_every_secret_is_read_with_the_new_key_only(tmp_path: Path) -> None:
    path = tmp_path / "a.db"

    async def run() -> None:
        async with opened(path) as stores:
            await stores.signing_keys.add(signing_key())
            await stores.sessions.create(session("s1"), secret_hash="h", refresh_token="refresh")
        database = sqlite(path, patience=PATIENCE)
        async with database.writing() as connection:
            assert await reseal(connection, old=Envelope(KEY), new=Envelope(OTHER)) == 3
        await database.close()
        async with opened(path, key=OTHER) as stores:
            assert await stores.signing_keys.listed() == [signing_key()]
            assert await stores.sessions.refresh_token(session("s1").id) == "refresh"

    asyncio.run(run())


def test_a_secret_that_does_not_decrypt_stops_it_and_nothing_is_changed(tmp_path: Path) -> None:
    async def run() -> None:
        async with opened(tmp_path / "a.db"):
            pass
        database = sqlite(tmp_path / "a.db", patience=PATIENCE)
        with pytest.raises(Invalid):
            async with database.writing() as connection:
                await reseal(connection, old=Envelope(OTHER), new=Envelope(KEY))
        await database.close()
        async with opened(tmp_path / "a.db"):
            pass

    asyncio.run(run())
