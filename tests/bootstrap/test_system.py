from __future__ import annotations

from datetime import UTC, timedelta

from doorward.bootstrap.system import SystemClock, SystemRandomness


def test_the_clock_tells_instants_in_utc_that_do_not_go_back() -> None:
    clock = SystemClock()
    first, second = clock.now(), clock.now()
    assert first.tzinfo is UTC
    assert timedelta(0) <= second - first < timedelta(minutes=1)


def test_tokens_are_as_long_as_asked_for_and_never_the_same() -> None:
    randomness = SystemRandomness()
    tokens = {randomness.token() for _ in range(100)}
    assert len(tokens) == 100
    assert {len(token) for token in tokens} == {43}
    assert len(randomness.token(16)) == 22


def test_identifiers_are_32_hexadecimal_digits_and_never_the_same() -> None:
    randomness = SystemRandomness()
    identifiers = {randomness.identifier() for _ in range(100)}
    assert len(identifiers) == 100
    assert all(len(bytes.fromhex(identifier)) == 16 for identifier in identifiers)


def test_every_number_below_the_bound_comes_up_and_none_else() -> None:
    randomness = SystemRandomness()
    assert {randomness.number(4) for _ in range(400)} == {0, 1, 2, 3}
