"""What every ``SigningKeys`` promises."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from doorward.model.errors import Conflict, NotFound
from tests.fakes.clock import START
from tests.nouns import signing_key
from tests.ports.conftest import OpenStores

OLD = signing_key("old", created=START - timedelta(days=30))
NEW = signing_key("new")


def test_keys_are_listed_oldest_first(stores: OpenStores) -> None:
    async def run() -> None:
        async with stores() as opened:
            assert await opened.signing_keys.listed() == []
            await opened.signing_keys.add(NEW)
            await opened.signing_keys.add(OLD)
            assert await opened.signing_keys.listed() == [OLD, NEW]

    asyncio.run(run())


def test_a_kid_that_is_taken_is_a_conflict_and_keeps_its_key(stores: OpenStores) -> None:
    async def run() -> None:
        async with stores() as opened:
            await opened.signing_keys.add(OLD)
            with pytest.raises(Conflict, match="'old'"):
                await opened.signing_keys.add(signing_key("old"))
            assert await opened.signing_keys.listed() == [OLD]

    asyncio.run(run())


def test_a_removed_key_is_gone(stores: OpenStores) -> None:
    async def run() -> None:
        async with stores() as opened:
            await opened.signing_keys.add(OLD)
            await opened.signing_keys.add(NEW)
            await opened.signing_keys.remove("old")
            assert await opened.signing_keys.listed() == [NEW]
            with pytest.raises(NotFound, match="'old'"):
                await opened.signing_keys.remove("old")

    asyncio.run(run())


def test_one_key_takes_the_place_of_all(stores: OpenStores) -> None:
    async def run() -> None:
        async with stores() as opened:
            await opened.signing_keys.add(OLD)
            await opened.signing_keys.add(NEW)
            only = signing_key("only")
            await opened.signing_keys.replace_all(only)
            assert await opened.signing_keys.listed() == [only]
            await opened.signing_keys.replace_all(only)
            assert await opened.signing_keys.listed() == [only]

    asyncio.run(run())
