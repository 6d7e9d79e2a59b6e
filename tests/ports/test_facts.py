"""What every ``Facts`` promises."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from doorward.model.errors import Conflict
from doorward.model.ids import SessionId
from doorward.model.report import Report, Whom
from tests.fakes.clock import START
from tests.nouns import identity
from tests.ports.conftest import OpenStores

HOUR = timedelta(hours=1)
ADA, BOB = Whom.person(identity("ada@example.com")), Whom.person(identity("bob@example.com"))
LAPTOP = Whom.session(SessionId("s1"))


def report(whom: Whom = ADA, name: str = "encrypted", value: str = "pass", source: str = "mdm") -> Report:
    return Report(
        whom=whom,
        name=name,
        source=source,
        value=value,
        reported=START,
        expires=START + HOUR,
        email="ada@example.com",
    )


def test_what_was_reported_comes_back_whole_and_of_those_asked_for_only(stores: OpenStores) -> None:
    async def run() -> None:
        async with stores() as opened:
            mine = [report(), report(name="firewall"), report(LAPTOP)]
            await opened.facts.put([*mine, report(BOB)], most=10)
            assert list(await opened.facts.of([ADA, LAPTOP], now=START)) == sorted(mine, key=lambda r: r.key)
            assert await opened.facts.of([], now=START) == []
            assert len(await opened.facts.listed(now=START)) == 4

    asyncio.run(run())


def test_a_source_has_one_value_for_a_name_and_another_source_its_own(stores: OpenStores) -> None:
    async def run() -> list[tuple[str, str]]:
        async with stores() as opened:
            await opened.facts.put([report(value="pass")], most=10)
            await opened.facts.put([report(value="fail"), report(source="agent")], most=10)
            return [(r.source, r.value) for r in await opened.facts.of([ADA], now=START)]

    assert asyncio.run(run()) == [("agent", "pass"), ("mdm", "fail")]


def test_the_last_of_two_with_one_key_counts(stores: OpenStores) -> None:
    async def run() -> list[str]:
        async with stores() as opened:
            await opened.facts.put([report(value="pass"), report(value="fail")], most=10)
            return [r.value for r in await opened.facts.of([ADA], now=START)]

    assert asyncio.run(run()) == ["fail"]


def test_more_than_may_be_kept_of_one_is_a_conflict_and_nothing_is_kept(stores: OpenStores) -> None:
    async def run() -> None:
        async with stores() as opened:
            await opened.facts.put([report(name="a"), report(name="b")], most=2)
            with pytest.raises(Conflict, match="at most 2 facts"):
                await opened.facts.put([report(BOB), report(name="c")], most=2)
            assert [r.name for r in await opened.facts.listed(now=START)] == ["a", "b"]
            await opened.facts.put([report(name="a", value="other")], most=2)

    asyncio.run(run())


def test_what_has_expired_does_not_count_and_is_kept_until_it_is_removed(stores: OpenStores) -> None:
    async def run() -> None:
        async with stores() as opened:
            late = replace(report(name="late"), expires=START + 2 * HOUR)
            await opened.facts.put([report(), late], most=10)
            assert await opened.facts.next_expiry() == START + HOUR
            assert await opened.facts.expired(now=START + HOUR - timedelta(seconds=1)) == []
            assert await opened.facts.expired(now=START + HOUR) == [report()]
            assert await opened.facts.of([ADA], now=START + HOUR) == [late]
            assert await opened.facts.listed(now=START + HOUR) == [late]
            await opened.facts.remove_expired(now=START + HOUR)
            assert await opened.facts.expired(now=START + HOUR) == []
            assert await opened.facts.next_expiry() == START + 2 * HOUR
            await opened.facts.remove_expired(now=START + 2 * HOUR)
            assert await opened.facts.next_expiry() is None

    asyncio.run(run())


@pytest.mark.parametrize(
    ("names", "source", "gone"),
    [
        ((), None, ["a agent", "a mdm", "b mdm"]),
        (("a",), None, ["a agent", "a mdm"]),
        (("a",), "mdm", ["a mdm"]),
        (("nothing",), None, []),
    ],
)
def test_of_one_person_some_or_all_counts_no_longer_and_is_kept_as_expired(
    stores: OpenStores, names: tuple[str, ...], source: str | None, gone: list[str]
) -> None:
    async def run() -> list[str]:
        async with stores() as opened:
            given = [report(name="a"), report(name="a", source="agent"), report(name="b"), report(BOB)]
            await opened.facts.put(given, most=10)
            ended = await opened.facts.expire(ADA, names=names, source=source, now=START)
            assert len(await opened.facts.listed(now=START)) == 4 - len(ended)
            assert [r.key for r in await opened.facts.expired(now=START)] == [r.key for r in ended]
            assert {r.expires for r in ended} <= {START + HOUR}
            return [f"{r.name} {r.source}" for r in ended]

    assert asyncio.run(run()) == gone


def test_thousands_are_reported_and_found_at_once(stores: OpenStores) -> None:
    async def run() -> None:
        async with stores() as opened:
            everybody = [Whom.person(identity(f"p{n}@example.com")) for n in range(2500)]
            await opened.facts.put([report(whom) for whom in everybody], most=1)
            assert len(await opened.facts.of(everybody, now=START)) == 2500

    asyncio.run(run())
