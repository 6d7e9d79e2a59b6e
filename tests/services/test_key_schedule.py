from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doorward.ports.stores import SigningKey
from doorward.services.key_schedule import (
    ANNOUNCED,
    PREVIOUS,
    ROTATION,
    KeyState,
    is_due,
    next_start,
    scheduled,
)
from tests.fakes.clock import START

DAY, SECOND = timedelta(days=1), timedelta(seconds=1)


def key(kid: str, *, begins: timedelta = timedelta(0)) -> SigningKey:
    return SigningKey(kid=kid, private_jwk="", created=START + begins - DAY, not_before=START + begins)


FIRST, SECOND_KEY = key("first"), key("second", begins=ROTATION)


def states(*keys: SigningKey, at: timedelta) -> dict[str, KeyState]:
    return {each.key.kid: each.state for each in scheduled(keys, START + at)}


@pytest.mark.parametrize(
    ("at", "first", "second"),
    [
        (ROTATION - DAY, KeyState.CURRENT, KeyState.ANNOUNCED),
        (ROTATION - SECOND, KeyState.CURRENT, KeyState.ANNOUNCED),
        (ROTATION, KeyState.PREVIOUS, KeyState.CURRENT),
        (ROTATION + PREVIOUS - SECOND, KeyState.PREVIOUS, KeyState.CURRENT),
        (ROTATION + PREVIOUS, KeyState.GONE, KeyState.CURRENT),
    ],
)
def test_a_key_is_announced_then_current_then_previous_then_gone(
    at: timedelta, first: KeyState, second: KeyState
) -> None:
    assert states(SECOND_KEY, FIRST, at=at) == {"first": first, "second": second}


def test_each_state_says_since_when_and_until_when() -> None:
    third = key("third", begins=2 * ROTATION)
    found = scheduled([FIRST, SECOND_KEY, third], START + 2 * ROTATION - SECOND)
    assert [(each.since - START, each.until - START) for each in found] == [
        (ROTATION, ROTATION + PREVIOUS),
        (ROTATION, 2 * ROTATION),
        (2 * ROTATION - DAY, 2 * ROTATION),
    ]


def test_the_next_key_is_due_a_day_before_it_signs_and_once() -> None:
    begins = ROTATION - ANNOUNCED
    assert not is_due(scheduled([FIRST], START + begins - SECOND), START + begins - SECOND)
    assert is_due(scheduled([FIRST], START + begins), START + begins)
    assert not is_due(scheduled([FIRST, SECOND_KEY], START + begins), START + begins)


def test_a_clock_set_back_before_the_only_key_leaves_it_current() -> None:
    assert states(FIRST, at=-DAY) == {"first": KeyState.CURRENT}


def test_a_clock_set_back_across_a_roll_lets_the_key_sign_that_did_before() -> None:
    assert states(FIRST, SECOND_KEY, at=ROTATION + SECOND - DAY) == {
        "first": KeyState.CURRENT,
        "second": KeyState.ANNOUNCED,
    }


def test_a_key_made_while_the_clock_is_behind_still_signs_after_the_others() -> None:
    now = START - DAY
    assert next_start(scheduled([FIRST], now), now) == START + ANNOUNCED


moments = st.timedeltas(min_value=-400 * DAY, max_value=400 * DAY)


@given(begins=st.lists(moments, min_size=1, max_size=5, unique=True), at=moments)
def test_whatever_the_clock_says_exactly_one_key_is_current_and_it_is_never_forgotten(
    begins: list[timedelta], at: timedelta
) -> None:
    found = scheduled([key(str(b), begins=b) for b in begins], START + at)
    order = [each.state for each in found]
    assert order.count(KeyState.CURRENT) == 1
    current = order.index(KeyState.CURRENT)
    assert set(order[:current]) <= {KeyState.PREVIOUS, KeyState.GONE}
    assert set(order[current + 1 :]) <= {KeyState.ANNOUNCED}
    assert next_start(found, START + at) > max(each.key.not_before for each in found)
