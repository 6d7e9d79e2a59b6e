"""How signing keys are kept: encrypted, each for its own row."""

from __future__ import annotations

import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from doorward.model.errors import Invalid
from tests.nouns import signing_key
from tests.stores.files import opened


def test_the_private_key_is_in_none_of_the_files(tmp_path: Path) -> None:
    key = signing_key("k1")

    async def run() -> None:
        async with opened(tmp_path / "a.db") as stores:
            await stores.signing_keys.add(key)
            contents = [path.read_bytes() for path in tmp_path.iterdir()]
            assert not any(key.private_jwk.encode() in held for held in contents)
            assert any(b"k1" in held for held in contents)

    asyncio.run(run())


def test_a_key_that_was_given_another_kid_by_hand_is_refused(tmp_path: Path) -> None:
    async def run() -> None:
        async with opened(tmp_path / "a.db") as stores:
            await stores.signing_keys.add(signing_key("k1"))
            with closing(sqlite3.connect(tmp_path / "a.db")) as connection, connection:
                connection.execute("UPDATE signing_keys SET kid = 'k2'")
            with pytest.raises(Invalid, match=r"signing_keys\[k2\]\.private_jwk: cannot be decrypted"):
                await stores.signing_keys.listed()

    asyncio.run(run())
