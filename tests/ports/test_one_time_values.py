"""What every ``OneTimeValues`` promises."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from doorward.model.errors import Conflict, NotFound
from tests.fakes.clock import START
from tests.ports.conftest import OpenStores

SOON = START + timedelta(minutes=10)


def test_a_value_can_be_taken_once(stores: OpenStores) -> None:
    async def run() -> None:
        async with stores() as opened:
            await opened.one_time_values.put("key", "value", expires=SOON)
            await opened.one_time_values.put("other", "kept", expires=SOON)
            assert await opened.one_time_values.take("key", now=START) == "value"
            with pytest.raises(NotFound, match="used already"):
                await opened.one_time_values.take("key", now=START)
            assert await opened.one_time_values.take("other", now=START) == "kept"

    asyncio.run(run())


def test_of_50_callers_at_the_same_time_one_gets_it(stores: OpenStores) -> None:
    async def run() -> None:
        async with stores() as opened:
            await opened.one_time_values.put("key", "value", expires=SOON)
            results = await asyncio.gather(
                *(opened.one_time_values.take("key", now=START) for _ in range(50)),
                return_exceptions=True,
            )
            assert results.count("value") == 1
            assert sum(isinstance(result, NotFound) for result in results) == 49

    asyncio.run(run())


def test_a_value_that_was_never_there_is_not_found(stores: OpenStores) -> None:
    async def run() -> None:
        async with stores() as opened:
            with pytest.raises(NotFound):
                await opened.one_time_values.take("key", now=START)

    asyncio.run(run())


def test_an_empty_value_is_a_value(stores: OpenStores) -> None:
    async def run() -> None:
        async with stores() as opened:
            await opened.one_time_values.put("key", "", expires=SOON)
            assert await opened.one_time_values.take("key", now=START) == ""

    asyncio.run(run())


def test_a_value_cannot_be_taken_from_the_moment_it_expires(stores: OpenStores) -> None:
    async def run() -> None:
        async with stores() as opened:
            await opened.one_time_values.put("key", "value", expires=SOON)
            with pytest.raises(NotFound):
                await opened.one_time_values.take("key", now=SOON)

    asyncio.run(run())


def test_a_key_that_is_there_is_a_conflict_and_keeps_its_value(stores: OpenStores) -> None:
    async def run() -> None:
        async with stores() as opened:
            await opened.one_time_values.put("key", "first", expires=SOON)
            with pytest.raises(Conflict):
                await opened.one_time_values.put("key", "second", expires=SOON)
            assert await opened.one_time_values.take("key", now=START) == "first"

    asyncio.run(run())


def test_what_has_expired_is_forgotten_and_nothing_else(stores: OpenStores) -> None:
    async def run() -> None:
        async with stores() as opened:
            await opened.one_time_values.put("old", "value", expires=START)
            await opened.one_time_values.put("new", "value", expires=SOON)
            await opened.one_time_values.remove_expired(now=START)
            await opened.one_time_values.put("old", "again", expires=SOON)
            assert await opened.one_time_values.take("new", now=START) == "value"

    asyncio.run(run())
