from __future__ import annotations

import pytest

from doorward.connector.backoff import FIRST, LONGEST, SOON, SOON_ATTEMPTS, Backoff


def test_waits_double_to_a_second_and_only_after_many_attempts_become_longer() -> None:
    backoff = Backoff(lambda: 1.0)
    waits = [backoff.next() for _ in range(SOON_ATTEMPTS + 2)]
    assert waits[:5] == [FIRST, 0.2, 0.4, 0.8, SOON]
    assert set(waits[5:SOON_ATTEMPTS]) == {SOON}
    assert waits[SOON_ATTEMPTS:] == [LONGEST, LONGEST]


@pytest.mark.parametrize(("jitter", "wait"), [(0.0, FIRST / 2), (0.5, FIRST * 0.75), (1.0, FIRST)])
def test_jitter_takes_up_to_half_off(jitter: float, wait: float) -> None:
    assert Backoff(lambda: jitter).next() == pytest.approx(wait)


def test_success_begins_anew() -> None:
    backoff = Backoff(lambda: 1.0)
    for _ in range(5):
        backoff.next()
    backoff.reset()
    assert backoff.next() == FIRST
