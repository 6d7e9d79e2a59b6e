from __future__ import annotations

from datetime import timedelta

import pytest

from doorward.model.errors import Refused
from doorward.services.sealing import Seal
from tests.fakes.clock import FakeClock

KEY = b"k" * 32


def seal(clock: FakeClock, *, purpose: str = "flow", key: bytes = KEY) -> Seal:
    return Seal(key, purpose=purpose, lifetime=timedelta(minutes=5), clock=clock)


def test_what_was_sealed_comes_back() -> None:
    clock = FakeClock()
    assert seal(clock).open(seal(clock).close({"a": "1"})) == {"a": "1"}


def test_it_fits_into_a_cookie_without_quotes() -> None:
    assert seal(FakeClock()).close({"a": '";,\\ '}).replace("-", "").replace("_", "").isalnum()


def test_a_value_for_another_purpose_is_refused() -> None:
    clock = FakeClock()
    with pytest.raises(Refused, match="something else"):
        seal(clock, purpose="sign-in").open(seal(clock).close({}))


def test_a_value_under_another_key_is_refused() -> None:
    clock = FakeClock()
    with pytest.raises(Refused):
        seal(clock, key=b"x" * 32).open(seal(clock).close({}))


def test_a_changed_value_is_refused() -> None:
    clock = FakeClock()
    sealed = seal(clock).close({"a": "1"})
    with pytest.raises(Refused):
        seal(clock).open(sealed[:-4] + "AAAA")


def test_an_old_value_is_refused() -> None:
    clock = FakeClock()
    sealed = seal(clock).close({"a": "1"})
    clock.advance(timedelta(minutes=6))
    with pytest.raises(Refused):
        seal(clock).open(sealed)
