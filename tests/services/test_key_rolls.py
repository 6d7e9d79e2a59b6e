"""Keys follow each other while tokens are signed and verified, whatever the clock does."""

from __future__ import annotations

import asyncio
import json
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from doorward.model.errors import Conflict
from doorward.services.key_schedule import ANNOUNCED, PREVIOUS, ROTATION, KeyState
from tests.fakes.signing import key_on_a_curve
from tests.fakes.stores import FakeSigningKeys
from tests.services.signing import Signing, refuses

DAY = timedelta(days=1)


@pytest.fixture
def signing() -> Signing:
    return Signing()


def test_the_next_key_is_known_to_all_before_it_signs(signing: Signing) -> None:
    (first,) = signing.kids()
    signing.pass_time(ROTATION - ANNOUNCED)
    assert len(signing.kids()) == 2
    old = signing.token()
    assert signing.signs_with() == first
    signing.pass_time(ANNOUNCED - timedelta(minutes=30))
    assert signing.signs_with() == first
    old = signing.token()
    signing.pass_time(timedelta(minutes=30))
    assert signing.signs_with() == signing.kids()[0] != first
    assert signing.tokens.verify(old)


def test_the_previous_key_is_published_for_a_week_and_then_forgotten(signing: Signing) -> None:
    (first,) = signing.kids()
    signing.pass_time(ROTATION - ANNOUNCED)
    signing.pass_time(ANNOUNCED)
    signing.pass_time(PREVIOUS - timedelta(minutes=1))
    assert signing.kids()[1] == first
    signing.pass_time(timedelta(minutes=1))
    assert first not in signing.kids()
    assert first not in [key.kid for key in asyncio.run(signing.keys.listed())]


def test_the_key_that_signs_is_published_first(signing: Signing) -> None:
    signing.pass_time(ROTATION - ANNOUNCED)
    signing.pass_time(ANNOUNCED)
    asyncio.run(signing.tokens.announce())
    states = {each.key.kid: each.state for each in signing.tokens.schedule}
    assert [states[kid] for kid in signing.kids()] == [
        KeyState.CURRENT,
        KeyState.ANNOUNCED,
        KeyState.PREVIOUS,
    ]


def test_for_two_years_there_are_never_more_than_two_keys_and_each_signs_for_six_weeks(
    signing: Signing,
) -> None:
    signed: dict[str, int] = {}
    for _ in range(730):
        signing.pass_time(DAY)
        kid = signing.signs_with()
        signed[kid] = signed.get(kid, 0) + 1
        assert len(signing.kids()) <= 2
    assert set(list(signed.values())[:-1]) <= {ROTATION.days - 1, ROTATION.days}


def test_a_start_after_half_a_year_still_signs_with_the_key_that_everybody_knows(signing: Signing) -> None:
    (first,) = signing.kids()
    signing.clock.advance(timedelta(days=180))
    signing.begin()
    assert signing.signs_with() == first
    signing.pass_time(ANNOUNCED)
    assert signing.signs_with() != first


@given(jumps=st.lists(st.sampled_from([DAY, -DAY, timedelta(days=7), timedelta(minutes=1)]), max_size=40))
@settings(deadline=None)
def test_a_clock_that_jumps_never_leaves_us_without_a_key_or_with_one_that_nobody_knows(
    jumps: list[timedelta],
) -> None:
    signing = Signing()
    known = set(signing.kids())
    for jump in jumps:
        token = signing.token()
        before = signing.signs_with()
        signing.pass_time(jump)
        assert signing.signs_with() in known
        known = set(signing.kids())
        if abs(jump) <= DAY:
            assert before in known, "a day is not enough for a key to go that has just signed"
        signing.clock.advance(-jump)
        if before in known:
            assert signing.tokens.verify(token)
        signing.clock.advance(jump)


def test_a_second_announcement_is_a_conflict_that_says_when_the_first_signs(signing: Signing) -> None:
    announced = asyncio.run(signing.tokens.announce())
    assert announced.state is KeyState.ANNOUNCED
    with pytest.raises(Conflict, match=f"{announced.key.kid}, is announced already: it signs from"):
        asyncio.run(signing.tokens.announce())
    signing.pass_time(ANNOUNCED)
    assert signing.signs_with() == announced.key.kid


def test_replaced_keys_are_worthless_at_once_and_after_a_restart(signing: Signing) -> None:
    asyncio.run(signing.tokens.announce())
    before, token = signing.kids(), signing.token()
    assert sorted(asyncio.run(signing.tokens.replace())) == sorted(before)
    assert refuses(signing, token)
    assert signing.signs_with() not in before
    signing.begin()
    assert refuses(signing, token)
    assert len(signing.kids()) == 1


def test_keys_on_a_curve_verify_until_they_retire_and_an_rsa_key_follows_in_a_day() -> None:
    keys = FakeSigningKeys()
    asyncio.run(keys.add(key_on_a_curve()))
    signing = Signing(keys)
    assert signing.signs_with() == "earlier"
    assert [key["alg"] for key in json.loads(signing.tokens.jwks)["keys"]] == ["ES256", "RS256"]
    signing.pass_time(ANNOUNCED - timedelta(minutes=30))
    old = signing.token()
    signing.pass_time(timedelta(minutes=30))
    assert signing.signs_with() != "earlier"
    assert signing.tokens.verify(old)
    assert [key["alg"] for key in json.loads(signing.tokens.jwks)["keys"]] == ["RS256", "ES256"]
    signing.pass_time(PREVIOUS)
    assert [key["alg"] for key in json.loads(signing.tokens.jwks)["keys"]] == ["RS256"]
