from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest

from doorward.identity.oidc.fetching import Unanswered
from doorward.identity.oidc.key_ring import BETWEEN_UNKNOWN, FRESH, KeyRing
from doorward.model.errors import Refused, Unavailable
from tests.fakes.clock import FakeClock
from tests.fakes.openid import rsa


@dataclass
class Published:
    """A provider's keys, by name."""

    names: list[str] = field(default_factory=lambda: ["old"])
    clock: FakeClock = field(default_factory=FakeClock)
    silent: bool = False
    asked: int = 0

    async def fetch(self) -> Mapping[str, object]:
        self.asked += 1
        await asyncio.sleep(0)
        if self.silent:
            raise Unanswered("down")
        return {"keys": [rsa(name).as_dict(private=False) for name in self.names]}


def run(test: Callable[[Published, KeyRing], Coroutine[Any, Any, None]]) -> None:
    async def with_ring() -> None:
        published = Published()
        await test(published, KeyRing(published.fetch, clock=published.clock))

    asyncio.run(with_ring())


async def find(ring: KeyRing, kid: str) -> str | None:
    return (await ring.find(kid=kid, algorithm="RS256")).kid


def test_a_newly_rotated_key_works_at_once_beside_the_old_one() -> None:
    async def test(published: Published, ring: KeyRing) -> None:
        assert await find(ring, "old") == "old"
        published.names = ["old", "new"]
        assert await find(ring, "new") == "new"
        assert await find(ring, "old") == "old"
        assert published.asked == 2

    run(test)


def test_a_withdrawn_key_is_forgotten_when_the_keys_are_next_read() -> None:
    async def test(published: Published, ring: KeyRing) -> None:
        await find(ring, "old")
        published.names = ["new"]
        assert await find(ring, "old") == "old"
        await find(ring, "new")
        with pytest.raises(Unavailable):
            await find(ring, "old")
        published.clock.advance(BETWEEN_UNKNOWN)
        with pytest.raises(Refused, match="does not publish"):
            await find(ring, "old")

    run(test)


def test_a_withdrawn_key_is_forgotten_after_ten_minutes_at_the_latest() -> None:
    async def test(published: Published, ring: KeyRing) -> None:
        await find(ring, "old")
        published.names = []
        published.clock.advance(FRESH)
        with pytest.raises(Refused, match="does not publish"):
            await find(ring, "old")

    run(test)


def test_a_flood_of_unknown_keys_asks_once_a_minute() -> None:
    async def test(published: Published, ring: KeyRing) -> None:
        await find(ring, "old")
        outcomes = await asyncio.gather(
            *(find(ring, f"made-up-{number}") for number in range(50)), return_exceptions=True
        )
        assert all(isinstance(outcome, Refused | Unavailable) for outcome in outcomes)
        assert published.asked == 2
        published.clock.advance(BETWEEN_UNKNOWN - timedelta(seconds=1))
        with pytest.raises(Unavailable, match="in a minute"):
            await find(ring, "made-up")
        assert published.asked == 2
        published.names = ["old", "new"]
        published.clock.advance(timedelta(seconds=1))
        assert await find(ring, "new") == "new"

    run(test)


def test_many_sign_ins_with_a_new_key_at_once_ask_once_and_all_succeed() -> None:
    async def test(published: Published, ring: KeyRing) -> None:
        await find(ring, "old")
        published.names = ["new"]
        assert await asyncio.gather(*(find(ring, "new") for _ in range(20))) == ["new"] * 20
        assert published.asked == 2

    run(test)


def test_while_the_provider_is_silent_known_keys_work_and_unknown_ones_do_not() -> None:
    async def test(published: Published, ring: KeyRing) -> None:
        await find(ring, "old")
        published.silent = True
        published.clock.advance(timedelta(hours=23))
        assert await find(ring, "old") == "old"
        with pytest.raises(Unavailable, match="down"):
            await find(ring, "new")
        published.clock.advance(timedelta(hours=1))
        with pytest.raises(Unavailable, match="down"):
            await find(ring, "old")

    run(test)
