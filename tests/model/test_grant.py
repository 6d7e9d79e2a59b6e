from __future__ import annotations

from datetime import timedelta

import pytest

from doorward.model.errors import Conflict
from tests.fakes.clock import START
from tests.nouns import HOUR
from tests.ports.test_grants import ASKED

END = START + HOUR


def test_what_waits_gives_nothing() -> None:
    assert ASKED.is_waiting
    assert not ASKED.gives(START)


@pytest.mark.parametrize(("seconds", "gives"), [(-1, True), (0, False)])
def test_what_was_given_gives_until_its_end(seconds: int, *, gives: bool) -> None:
    given = ASKED.given(until=END)
    assert not given.is_waiting
    assert given.gives(END + timedelta(seconds=seconds)) is gives


def test_it_is_given_with_the_last_yes_that_is_needed() -> None:
    once = ASKED.approved("boss@example.com", needed=2, until=END)
    assert once.is_waiting
    with pytest.raises(Conflict, match="approved this already"):
        once.approved("boss@example.com", needed=2, until=END)
    twice = once.approved("eve@example.com", needed=2, until=END)
    assert twice.gives(START)
    assert twice.approved_by == ("boss@example.com", "eve@example.com")


def test_what_was_refused_or_taken_back_stays_so() -> None:
    for grant in (ASKED, ASKED.given(until=END)):
        closed = grant.closed_at(START, by="boss@example.com")
        assert not closed.gives(START)
        assert not closed.is_waiting
        with pytest.raises(Conflict):
            closed.closed_at(START, by="boss@example.com")
        with pytest.raises(Conflict, match="decided already"):
            closed.approved("boss@example.com", needed=1, until=END)


def test_what_was_given_is_not_given_again() -> None:
    with pytest.raises(Conflict, match="decided already"):
        ASKED.given(until=END).given(until=END + HOUR)
