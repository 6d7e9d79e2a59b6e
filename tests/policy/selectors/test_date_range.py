from __future__ import annotations

from datetime import datetime

import pytest

from doorward.model.errors import Invalid
from doorward.policy.match import Match
from doorward.policy.selectors import date_range
from tests.policy.instants import judge, selector
from tests.policy.said import person

ADVENT = selector("date_range", "2026-12-01..2026-12-24 Europe/Berlin")


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


@pytest.mark.parametrize(
    ("value", "canonical"),
    [
        (" 2026-12-01 .. 2026-12-24  UTC", "2026-12-01..2026-12-24 UTC"),
        ("2026-12-01.. UTC", "2026-12-01.. UTC"),
        ("..2026-12-24 UTC", "..2026-12-24 UTC"),
        ("2026-12-24..2026-12-24 UTC", "2026-12-24..2026-12-24 UTC"),
    ],
)
def test_one_of_both_days_may_be_left_out(value: str, canonical: str) -> None:
    assert date_range.parse(value, "f") == canonical
    assert date_range.parse(canonical, "f") == canonical


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (".. UTC", "is no range of days"),
        ("2026-12-01..2026-12-24", "is no range of days"),
        ("2026-12-01 UTC", "is no range of days"),
        ("2026-02-30.. UTC", "is no range of days"),
        ("2026-12-24..2026-12-01 UTC", "ends before it begins"),
        ("0001-01-01.. UTC", "leaves the years"),
        ("..9999-12-31 UTC", "leaves the years"),
        ("2026-12-01.. Berlin", "is not a time zone"),
    ],
)
def test_what_is_no_range_of_days_is_told(value: str, words: str) -> None:
    with pytest.raises(Invalid, match=words):
        date_range.parse(value, "f")


def test_it_holds_from_the_first_midnight_to_the_one_after_the_last_day() -> None:
    begin, end = moment("2026-11-30T23:00:00Z"), moment("2026-12-24T23:00:00Z")
    assert judge(ADVENT, moment("2026-07-01T12:00:00Z")) == (Match.NO, begin)
    assert judge(ADVENT, begin) == (Match.YES, end)
    assert judge(ADVENT, end) == (Match.NO, None)


def test_an_open_side_has_no_end() -> None:
    begin = moment("2026-12-01T00:00:00Z")
    assert judge(selector("date_range", "2026-12-01.. UTC"), begin) == (Match.YES, None)
    assert judge(selector("date_range", "..2026-11-30 UTC"), begin) == (Match.NO, None)
    assert judge(selector("date_range", "..2026-11-30 UTC"), moment("2020-01-01T00:00:00Z"))[1] == begin


def test_a_day_that_begins_without_a_midnight_begins_all_the_same() -> None:
    # In Sao Paulo summer time began at midnight: the 4th of November 2018 began at one o'clock.
    day = selector("date_range", "2018-11-04..2018-11-04 America/Sao_Paulo")
    assert judge(day, moment("2018-11-04T02:00:00Z")) == (Match.NO, moment("2018-11-04T03:00:00Z"))


def test_without_a_time_nothing_is_known() -> None:
    assert date_range.matches(ADVENT, person()) is Match.UNKNOWN
