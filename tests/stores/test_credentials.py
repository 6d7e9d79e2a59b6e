"""How passkeys and the secrets of apps are kept."""

from __future__ import annotations

import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from doorward.model.errors import Invalid
from doorward.stores.credentials import SqlCredentials
from tests.fakes.clock import START
from tests.ports.test_credentials import ADA, BOB, PHONE
from tests.stores.files import opened

SECRET = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"


def test_an_apps_secret_is_encrypted_and_stays_after_a_restart(tmp_path: Path) -> None:
    path = tmp_path / "a.db"

    async def run() -> None:
        async with opened(path) as stores:
            assert isinstance(stores.credentials, SqlCredentials)
            await stores.credentials.set_app(ADA, SECRET, step=1, now=START)
            await stores.credentials.add_passkey(PHONE)
        async with opened(path) as stores:
            held = await stores.credentials.held(ADA)
            assert held.app is not None
            assert held.app.secret == SECRET
            assert list(held.passkeys) == [PHONE]

    asyncio.run(run())
    assert SECRET.encode() not in path.read_bytes()


def test_a_secret_that_was_moved_to_another_account_does_not_decrypt(tmp_path: Path) -> None:
    path = tmp_path / "a.db"

    async def run() -> None:
        async with opened(path) as stores:
            await stores.credentials.set_app(ADA, SECRET, step=1, now=START)
        with closing(sqlite3.connect(path)) as connection, connection:
            connection.execute("UPDATE code_apps SET email = ?", [BOB.email])
        async with opened(path) as stores:
            await stores.credentials.held(BOB)

    with pytest.raises(Invalid):
        asyncio.run(run())
