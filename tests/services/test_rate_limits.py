from __future__ import annotations

from datetime import timedelta
from ipaddress import ip_address

import pytest

from doorward.services.rate_limits import PER_NETWORK, PER_PERSON, SignInLimits, TooMany
from tests.fakes.clock import FakeClock

HERE, NEAR, ELSEWHERE = map(ip_address, ("192.0.2.7", "192.0.2.200", "198.51.100.7"))


def fail(limits: SignInLimits, times: int, email: str = "ada@example.com") -> None:
    for _ in range(times):
        limits.check(email, HERE)
        limits.failed(email, HERE)


def test_after_some_failures_there_is_a_wait_that_says_how_long() -> None:
    limits = SignInLimits(FakeClock())
    fail(limits, PER_PERSON)
    with pytest.raises(TooMany) as caught:
        limits.check("ada@example.com", HERE)
    assert caught.value.seconds == 300


def test_the_same_person_in_another_spelling_or_from_next_door_waits_too() -> None:
    limits = SignInLimits(FakeClock())
    fail(limits, PER_PERSON)
    for email, source in ((" ADA@example.com", HERE), ("ada@example.com", NEAR)):
        with pytest.raises(TooMany):
            limits.check(email, source)


def test_a_stranger_elsewhere_cannot_lock_a_person_out() -> None:
    limits = SignInLimits(FakeClock())
    fail(limits, PER_PERSON)
    limits.check("ada@example.com", ELSEWHERE)


def test_one_network_cannot_try_all_people() -> None:
    limits = SignInLimits(FakeClock())
    for n in range(PER_NETWORK):
        fail(limits, 1, f"person{n}@example.com")
    with pytest.raises(TooMany):
        limits.check("new@example.com", HERE)


def test_failures_are_forgotten_in_time() -> None:
    clock = FakeClock()
    limits = SignInLimits(clock)
    fail(limits, PER_PERSON)
    clock.advance(timedelta(minutes=5))
    limits.check("ada@example.com", HERE)


def test_ipv6_is_counted_by_the_network_a_household_gets() -> None:
    limits = SignInLimits(FakeClock())
    for n in range(PER_PERSON):
        limits.failed("ada@example.com", ip_address(f"2001:db8::{n + 1:x}"))
    with pytest.raises(TooMany):
        limits.check("ada@example.com", ip_address("2001:db8::ffff"))
