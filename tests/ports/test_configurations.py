"""What every ``Configurations`` promises."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from doorward.model.configuration import Configuration
from doorward.model.errors import Conflict, Invalid
from tests.nouns import application
from tests.ports.conftest import OpenStores
from tests.strategies import configurations

HELLO = Configuration(applications=(application("hello"),))


def test_at_first_the_configuration_is_empty_at_version_0(stores: OpenStores) -> None:
    async def run() -> None:
        async with stores() as opened:
            assert await opened.configurations.load() == (Configuration(), 0)

    asyncio.run(run())


def test_what_was_saved_is_loaded_with_the_version_that_save_returned(stores: OpenStores) -> None:
    async def run() -> None:
        async with stores() as opened:
            assert await opened.configurations.save(HELLO, expected=0) == 1
            assert await opened.configurations.load() == (HELLO, 1)

    asyncio.run(run())


def test_the_version_can_be_asked_for_alone(stores: OpenStores) -> None:
    async def run() -> None:
        async with stores() as opened:
            assert await opened.configurations.version() == 0
            assert await opened.configurations.save(HELLO, expected=0) == 1
            assert await opened.configurations.version() == 1

    asyncio.run(run())


def test_a_save_that_expects_an_older_version_is_a_conflict_and_changes_nothing(
    stores: OpenStores,
) -> None:
    async def run() -> None:
        async with stores() as opened:
            await opened.configurations.save(HELLO, expected=0)
            with pytest.raises(Conflict, match="version 0 any more: load it again"):
                await opened.configurations.save(Configuration(), expected=0)
            assert await opened.configurations.load() == (HELLO, 1)

    asyncio.run(run())


def test_of_saves_at_the_same_time_one_wins(stores: OpenStores) -> None:
    async def run() -> None:
        async with stores() as opened:
            candidates = [Configuration(generation=number) for number in range(1, 11)]
            results = await asyncio.gather(
                *(opened.configurations.save(c, expected=0) for c in candidates),
                return_exceptions=True,
            )
            assert sorted(type(result).__name__ for result in results) == ["Conflict"] * 9 + ["int"]
            assert await opened.configurations.load() == (candidates[results.index(1)], 1)

    asyncio.run(run())


def test_two_things_with_one_name_are_refused_and_nothing_is_changed(stores: OpenStores) -> None:
    twice = (application("one"), application("two", hostname="one.example.com"))

    async def run() -> None:
        async with stores() as opened:
            with pytest.raises(Invalid, match=r"applications\[two\]\.destinations\[0\]: 'one\.example\.com'"):
                await opened.configurations.save(Configuration(applications=twice), expected=0)
            assert await opened.configurations.load() == (Configuration(), 0)

    asyncio.run(run())


def test_two_applications_may_exchange_their_hostnames(stores: OpenStores) -> None:
    one, two = application("one"), application("two")
    before = Configuration(applications=(one, two))
    after = Configuration(
        applications=(
            replace(one, destinations=two.destinations),
            replace(two, destinations=one.destinations),
        )
    )

    async def run() -> None:
        async with stores() as opened:
            await opened.configurations.save(before, expected=0)
            await opened.configurations.save(after, expected=1)
            assert await opened.configurations.load() == (after, 2)

    asyncio.run(run())


# Every example opens empty stores of its own.
@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(series=st.lists(configurations, min_size=2, max_size=4))
def test_any_configuration_can_follow_any_other(stores: OpenStores, series: list[Configuration]) -> None:
    async def run() -> None:
        async with stores() as opened:
            for before, (old, new) in enumerate(pairwise([Configuration(), *series])):
                assert await opened.configurations.load() == (old, before)
                assert await opened.configurations.save(new, expected=before) == before + 1
                assert await opened.configurations.load() == (new, before + 1)

    asyncio.run(run())
