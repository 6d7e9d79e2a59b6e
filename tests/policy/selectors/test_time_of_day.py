from __future__ import annotations

from datetime import datetime

import pytest

from doorward.model.errors import Invalid
from doorward.policy.match import Match
from doorward.policy.selectors import time_of_day
from tests.policy.instants import judge, selector
from tests.policy.said import person

OFFICE = selector("time_of_day", "9:00 - 17:30  Europe/Berlin")
NIGHT = selector("time_of_day", "22:00-06:00 Europe/Berlin")


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


def test_hours_are_written_with_two_digits() -> None:
    assert OFFICE.value == "09:00-17:30 Europe/Berlin"
    assert selector("time_of_day", "00:00-24:00 UTC").value == "00:00-24:00 UTC"


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("09:00-17:30", "write it with its time zone"),
        ("09:00-17:30 +01:00", "is not a time zone"),
        ("25:00-26:00 UTC", "is not a time of day"),
        ("24:00-06:00 UTC", "is not a time of day"),
        ("09:60-17:00 UTC", "is not a time of day"),
        ("9-17 UTC", "is not a time of day"),
        ("09:00-24:01 UTC", "is not a time of day"),
        ("09:00-09:00 UTC", "ends when it begins"),
        ("\u0669:00-17:00 UTC", "is not a time of day"),
    ],
)
def test_what_is_no_span_of_a_day_is_told(value: str, words: str) -> None:
    with pytest.raises(Invalid, match=words) as caught:
        time_of_day.parse(value, "rules.include[0]")
    assert caught.value.field == "rules.include[0]"


def test_it_holds_from_the_first_instant_to_just_before_the_last() -> None:
    assert judge(OFFICE, moment("2026-07-01T06:59:59.9Z")) == (Match.NO, moment("2026-07-01T07:00:00Z"))
    assert judge(OFFICE, moment("2026-07-01T07:00:00Z")) == (Match.YES, moment("2026-07-01T15:30:00Z"))
    assert judge(OFFICE, moment("2026-07-01T15:30:00Z")) == (Match.NO, moment("2026-07-02T07:00:00Z"))


def test_it_may_go_over_midnight() -> None:
    assert judge(NIGHT, moment("2026-07-01T21:00:00Z")) == (Match.YES, moment("2026-07-02T04:00:00Z"))
    assert judge(NIGHT, moment("2026-07-02T04:00:00Z")) == (Match.NO, moment("2026-07-02T20:00:00Z"))
    evening = selector("time_of_day", "18:00-24:00 UTC")
    assert judge(evening, moment("2026-07-01T18:00:00Z")) == (Match.YES, moment("2026-07-02T00:00:00Z"))


def test_an_hour_that_the_clock_skips_never_comes() -> None:
    skipped = selector("time_of_day", "02:15-02:45 Europe/Berlin")
    assert judge(skipped, moment("2026-03-29T00:59:59Z")) == (Match.NO, moment("2026-03-30T00:15:00Z"))
    into = selector("time_of_day", "01:00-02:30 Europe/Berlin")
    assert judge(into, moment("2026-03-29T00:30:00Z")) == (Match.YES, moment("2026-03-29T01:00:00Z"))


def test_an_hour_that_the_clock_shows_twice_comes_twice() -> None:
    twice = selector("time_of_day", "02:15-02:45 Europe/Berlin")
    assert judge(twice, moment("2026-10-25T00:20:00Z")) == (Match.YES, moment("2026-10-25T00:45:00Z"))
    assert judge(twice, moment("2026-10-25T00:50:00Z")) == (Match.NO, moment("2026-10-25T01:15:00Z"))
    assert judge(twice, moment("2026-10-25T01:20:00Z")) == (Match.YES, moment("2026-10-25T01:45:00Z"))


def test_the_whole_day_never_ends_and_without_a_time_nothing_is_known() -> None:
    assert judge(selector("time_of_day", "00:00-24:00 UTC"), moment("2026-07-01T12:00:00Z")) == (
        Match.YES,
        None,
    )
    assert time_of_day.matches(OFFICE, person()) is Match.UNKNOWN
