from __future__ import annotations

from datetime import timedelta
from ipaddress import IPv4Address, IPv6Address, ip_address

import pytest

from doorward.services.rate_limits import (
    MAIL_WINDOW,
    MAILS_AT_ALL,
    MAILS_PER_HOUR,
    MAILS_PER_NETWORK,
    MAILS_PER_PERSON,
    PER_NETWORK,
    PER_PERSON,
    Events,
    Limit,
    MailLimits,
    SignInLimits,
    TooMany,
)
from tests.fakes.clock import FakeClock

Source = IPv4Address | IPv6Address

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


def ask(limits: MailLimits, times: int, email: str = "ada@example.com", source: Source = HERE) -> None:
    for _ in range(times):
        limits.ask(email, source)


def test_mails_for_one_address_from_one_network_have_to_wait_after_some() -> None:
    clock = FakeClock()
    limits = MailLimits(clock)
    ask(limits, MAILS_PER_PERSON)
    with pytest.raises(TooMany):
        ask(limits, 1, " ADA@example.com", NEAR)
    ask(limits, 1, source=ELSEWHERE)
    ask(limits, 1, "bob@example.com")
    clock.advance(MAIL_WINDOW)
    ask(limits, 1)


def test_nobodys_mailbox_is_flooded_from_everywhere() -> None:
    clock = FakeClock()
    limits = MailLimits(clock)
    for n in range(MAILS_PER_HOUR):
        ask(limits, 1, source=ip_address(f"198.51.{n}.1"))
    clock.advance(MAIL_WINDOW)
    with pytest.raises(TooMany):
        ask(limits, 1)
    clock.advance(timedelta(hours=1))
    ask(limits, 1)


def test_one_network_cannot_have_the_whole_world_written_to() -> None:
    limits = MailLimits(FakeClock())
    for n in range(MAILS_PER_NETWORK):
        ask(limits, 1, f"person{n}@example.com")
    with pytest.raises(TooMany):
        ask(limits, 1, "new@example.com")


def test_all_networks_together_cannot_either() -> None:
    limits = MailLimits(FakeClock())
    for n in range(MAILS_AT_ALL):
        ask(limits, 1, f"person{n}@example.com", ip_address(f"10.{n // 200}.{n % 200}.1"))
    with pytest.raises(TooMany):
        ask(limits, 1, source=ELSEWHERE)


def test_a_mail_that_was_refused_counts_for_nothing() -> None:
    clock = FakeClock()
    limits = MailLimits(clock)
    ask(limits, MAILS_PER_PERSON)
    clock.advance(MAIL_WINDOW / 2)
    for _ in range(9):
        with pytest.raises(TooMany):
            ask(limits, 1)
    clock.advance(MAIL_WINDOW / 2)
    ask(limits, 1)


def test_counting_can_begin_anew() -> None:
    events, limit = Events(FakeClock()), Limit("key", 1, MAIL_WINDOW)
    events.note([limit])
    with pytest.raises(TooMany):
        events.check([limit])
    events.forget([limit])
    events.check([limit])
