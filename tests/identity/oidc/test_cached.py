from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest

from doorward.identity.oidc.cached import PAUSE, STALE, Cached
from doorward.identity.oidc.fetching import Unanswered
from doorward.model.errors import Unavailable
from tests.fakes.clock import FakeClock

FRESH = timedelta(minutes=10)
MOMENT = timedelta(seconds=1)


@dataclass
class Publisher:
    """Publishes a list, so that each edition is an object of its own."""

    clock: FakeClock = field(default_factory=FakeClock)
    edition: str = "first"
    error: Exception | None = None
    asked: int = 0

    async def fetch(self) -> list[str]:
        self.asked += 1
        await asyncio.sleep(0)
        if self.error is not None:
            raise self.error
        return [self.edition]

    def cached(self) -> Cached[list[str]]:
        return Cached(self.fetch, what="list", fresh=FRESH, clock=self.clock)


def run(test: Callable[[Publisher, Cached[list[str]]], Coroutine[Any, Any, None]]) -> None:
    async def with_publisher() -> None:
        publisher = Publisher()
        await test(publisher, publisher.cached())

    asyncio.run(with_publisher())


def test_a_fresh_value_is_not_asked_for_again() -> None:
    async def test(publisher: Publisher, cached: Cached[list[str]]) -> None:
        assert await cached.get() == ["first"]
        publisher.edition = "second"
        publisher.clock.advance(FRESH - MOMENT)
        assert await cached.get() == ["first"]
        publisher.clock.advance(MOMENT)
        assert await cached.get() == ["second"]
        assert publisher.asked == 2

    run(test)


def test_callers_at_the_same_time_ask_once() -> None:
    async def test(publisher: Publisher, cached: Cached[list[str]]) -> None:
        await asyncio.gather(*(cached.get() for _ in range(20)))
        assert publisher.asked == 1

    run(test)


def test_while_the_publisher_is_silent_the_old_value_serves_for_a_day() -> None:
    async def test(publisher: Publisher, cached: Cached[list[str]]) -> None:
        await cached.get()
        publisher.error = Unanswered("down")
        publisher.clock.advance(STALE - MOMENT)
        assert await cached.get() == ["first"]
        publisher.clock.advance(MOMENT)
        with pytest.raises(Unavailable, match="down"):
            await cached.get()

    run(test)


def test_a_silent_publisher_is_left_alone_for_a_while() -> None:
    async def test(publisher: Publisher, cached: Cached[list[str]]) -> None:
        publisher.error = Unanswered("down")
        for _ in range(5):
            with pytest.raises(Unavailable, match="down"):
                await cached.get()
        assert publisher.asked == 1
        publisher.error = None
        publisher.clock.advance(PAUSE)
        assert await cached.get() == ["first"]

    run(test)


def test_a_contradiction_is_an_error_at_once_whatever_is_remembered() -> None:
    async def test(publisher: Publisher, cached: Cached[list[str]]) -> None:
        await cached.get()
        publisher.clock.advance(FRESH)
        publisher.error = Unavailable("another issuer")
        with pytest.raises(Unavailable, match="another issuer"):
            await cached.get()
        publisher.error = Unanswered("down")
        with pytest.raises(Unavailable, match="down"):
            await cached.get()

    run(test)


def test_renewing_asks_at_once_and_only_for_the_first_who_wants_it() -> None:
    async def test(publisher: Publisher, cached: Cached[list[str]]) -> None:
        old = await cached.get()
        publisher.edition = "second"
        assert await asyncio.gather(*(cached.renew(old) for _ in range(5))) == [["second"]] * 5
        assert publisher.asked == 2

    run(test)


def test_a_renewal_that_fails_is_an_error_and_leaves_the_old_value() -> None:
    async def test(publisher: Publisher, cached: Cached[list[str]]) -> None:
        old = await cached.get()
        publisher.error = Unanswered("down")
        with pytest.raises(Unavailable, match="down"):
            await cached.renew(old)
        assert await cached.get() is old

    run(test)


def test_a_clock_that_was_set_back_makes_nothing_fresh() -> None:
    async def test(publisher: Publisher, cached: Cached[list[str]]) -> None:
        await cached.get()
        publisher.edition = "second"
        publisher.clock.advance(timedelta(hours=-1))
        assert await cached.get() == ["second"]

    run(test)
