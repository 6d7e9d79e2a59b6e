from __future__ import annotations

from datetime import datetime

import pytest

from doorward.model.errors import Invalid
from doorward.policy.match import Match
from doorward.policy.selectors import weekday
from tests.policy.instants import judge, selector
from tests.policy.said import person

WORK = selector("weekday", "mon-fri Europe/Berlin")


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


@pytest.mark.parametrize(
    ("value", "canonical"),
    [
        ("Mon-Fri Europe/Berlin", "mon-fri Europe/Berlin"),
        ("wed, mon UTC", "mon,wed UTC"),
        ("sat-mon UTC", "mon,sat,sun UTC"),
        ("mon-wed,fri UTC", "mon-wed,fri UTC"),
        ("tue,tue UTC", "tue UTC"),
        ("sun-sat UTC", "mon-sun UTC"),
    ],
)
def test_days_are_written_in_their_order(value: str, canonical: str) -> None:
    assert weekday.parse(value, "f") == canonical
    assert weekday.parse(canonical, "f") == canonical


@pytest.mark.parametrize(
    "value", ["mon-fri", "", "monday UTC", "mon- UTC", "-fri UTC", "mon,,tue UTC", "0-4 UTC"]
)
def test_what_are_no_days_is_told(value: str) -> None:
    with pytest.raises(Invalid, match="are not days of the week"):
        weekday.parse(value, "f")


def test_a_zone_has_to_be_one() -> None:
    with pytest.raises(Invalid, match="is not a time zone"):
        weekday.parse("mon Berlin", "f")


def test_a_day_begins_at_midnight_there() -> None:
    assert judge(WORK, moment("2026-07-03T21:59:59Z")) == (Match.YES, moment("2026-07-03T22:00:00Z"))
    assert judge(WORK, moment("2026-07-03T22:00:00Z")) == (Match.NO, moment("2026-07-05T22:00:00Z"))


def test_a_week_of_one_day_is_foretold_whole() -> None:
    monday = selector("weekday", "mon UTC")
    assert judge(monday, moment("2026-07-07T00:00:00Z")) == (Match.NO, moment("2026-07-13T00:00:00Z"))


def test_a_day_that_a_place_left_out_never_came() -> None:
    friday = selector("weekday", "fri Pacific/Apia")
    assert judge(friday, moment("2011-12-30T09:00:00Z")) == (Match.NO, moment("2012-01-05T10:00:00Z"))


def test_all_days_never_end_and_without_a_time_nothing_is_known() -> None:
    assert judge(selector("weekday", "mon-sun UTC"), moment("2026-07-01T12:00:00Z")) == (Match.YES, None)
    assert weekday.matches(WORK, person()) is Match.UNKNOWN
