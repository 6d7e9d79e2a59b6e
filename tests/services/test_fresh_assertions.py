from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from doorward.model.claims import Verdicts
from doorward.model.ids import ApplicationId
from doorward.services.fresh_assertions import FRESH, MOST_KEPT, FreshAssertions
from doorward.services.issue import Issued
from doorward.services.tokens import RawToken
from tests.services.sample import HOUR
from tests.services.world import World

KEY = (ApplicationId("hello"), "certificate aa", Verdicts())


@pytest.fixture
def world() -> World:
    world = World()
    asyncio.run(world.begin())
    return world


class Signer:
    """Counts what it signs."""

    def __init__(self, lifetime: timedelta = HOUR) -> None:
        self.signed = 0
        self.lifetime = lifetime

    def __call__(self, _now: datetime) -> Issued:
        self.signed += 1
        return Issued(RawToken(f"token {self.signed}"), self.lifetime)


def test_one_is_handed_out_again_while_it_is_fresh(world: World) -> None:
    fresh, signer = FreshAssertions(tokens=world.tokens, clock=world.clock), Signer()
    in_force = world.current.get()
    assert [fresh.get(in_force, KEY, signer) for _ in range(3)] == ["token 1"] * 3
    assert fresh.get(in_force, (*KEY[:1], "certificate bb", *KEY[2:]), signer) == "token 2"
    world.clock.advance(FRESH)
    assert fresh.get(in_force, KEY, signer) == "token 3"
    world.clock.advance(-2 * FRESH)
    assert fresh.get(in_force, KEY, signer) == "token 4", "not one from the future"


def test_one_that_lives_shorter_is_signed_anew_when_it_ends(world: World) -> None:
    fresh = FreshAssertions(tokens=world.tokens, clock=world.clock)
    signer = Signer(timedelta(seconds=5))
    fresh.get(world.current.get(), KEY, signer)
    world.clock.advance(timedelta(seconds=5))
    fresh.get(world.current.get(), KEY, signer)
    assert signer.signed == 2


def test_another_configuration_has_others(world: World) -> None:
    fresh, signer = FreshAssertions(tokens=world.tokens, clock=world.clock), Signer()
    fresh.get(world.current.get(), KEY, signer)
    fresh.get(replace(world.current.get(), version=99), KEY, signer)
    assert signer.signed == 2


def test_not_more_are_kept_than_fit(world: World) -> None:
    fresh, signer = FreshAssertions(tokens=world.tokens, clock=world.clock), Signer()
    in_force = world.current.get()
    for number in range(MOST_KEPT + 1):
        fresh.get(in_force, (KEY[0], str(number), KEY[2]), signer)
    fresh.get(in_force, (KEY[0], str(MOST_KEPT), KEY[2]), signer)
    assert signer.signed == MOST_KEPT + 1
    fresh.get(in_force, (KEY[0], "0", KEY[2]), signer)
    assert signer.signed == MOST_KEPT + 2
