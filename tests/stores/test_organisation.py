"""A new database takes the master key it is given; another one keeps to its own."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from doorward.model.errors import Invalid
from tests.nouns import signing_key
from tests.stores.files import KEY, opened


def test_a_database_opens_again_with_the_key_it_was_made_with(tmp_path: Path) -> None:
    async def run() -> None:
        async with opened(tmp_path / "a.db") as stores:
            await stores.signing_keys.add(signing_key())
        async with opened(tmp_path / "a.db") as stores:
            assert await stores.signing_keys.listed() == [signing_key()]

    asyncio.run(run())


def test_another_key_is_refused_at_once_and_changes_nothing(tmp_path: Path) -> None:
    path = tmp_path / "a.db"

    async def run() -> None:
        async with opened(path):
            pass
        before = path.read_bytes()
        with pytest.raises(Invalid, match=r"a\.db: the encryption key does not fit this database"):
            async with opened(path, key=KEY[::-1]):
                pass
        assert path.read_bytes() == before

    asyncio.run(run())


def test_a_new_database_may_be_opened_twice_at_the_same_time(tmp_path: Path) -> None:
    async def use() -> None:
        async with opened(tmp_path / "a.db") as stores:
            assert (await stores.configurations.load())[1] == 0

    async def run() -> None:
        await asyncio.gather(use(), use(), use())

    asyncio.run(run())
