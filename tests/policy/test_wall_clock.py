"""Nothing changes between now and ``until``, and something does at it: wherever clocks do odd things."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doorward.model.errors import Invalid
from doorward.model.rule import Selector
from doorward.policy.match import Match
from doorward.policy.wall_clock import next_change, zone_name
from tests.policy.instants import ZONES, at, instants, judge, selector
from tests.policy.said import person

zones = st.sampled_from(ZONES)
minutes = st.integers(0, 95).map(lambda quarter: f"{quarter // 4:02}:{quarter % 4 * 15:02}")
times = st.tuples(minutes, minutes).filter(lambda two: two[0] != two[1])
days = st.sampled_from(["2011-12-29", "2011-12-31", "2018-11-04", "2026-03-29", "2026-10-25", "2026-10-26"])
weekdays = st.lists(
    st.sampled_from(["mon", "tue", "wed", "thu", "fri", "sat", "sun"]), min_size=1, max_size=6
)
selectors = (
    st.builds(lambda two, zone: selector("time_of_day", f"{two[0]}-{two[1]} {zone}"), times, zones)
    | st.builds(lambda names, zone: selector("weekday", f"{','.join(names)} {zone}"), weekdays, zones)
    | st.builds(
        lambda two, zone: selector("date_range", f"{min(two)}..{max(two)} {zone}"),
        st.tuples(days, days),
        zones,
    )
    | st.builds(lambda day, zone: selector("date_range", f"{day}.. {zone}"), days, zones)
    | st.builds(lambda day, zone: selector("date_range", f"..{day} {zone}"), days, zones)
)


@given(wanted=selectors, now=instants, parts=st.lists(st.floats(0, 1, exclude_max=True), max_size=20))
def test_nothing_changes_before_until_and_something_does_then(
    wanted: Selector, now: datetime, parts: list[float]
) -> None:
    match, until = judge(wanted, now)
    end = until if until is not None else now + timedelta(days=8)
    assert end > now
    for part in (*parts, 0.999999):
        assert judge(wanted, min(now + (end - now) * part, end - timedelta(microseconds=1)))[0] is match
    if until is not None:
        assert judge(wanted, until)[0] is match.negated()


QUARTER = timedelta(minutes=15)


@given(wanted=selectors, now=instants)
def test_it_is_what_trying_every_quarter_of_an_hour_finds(wanted: Selector, now: datetime) -> None:
    # Everything generated here changes at a quarter past, in whatever zone, so no change slips between.
    start = now.replace(minute=0, second=0)
    match, until = judge(wanted, start)
    tried = (start + QUARTER * step for step in range(1, 4 * 24 * 2))
    found = next((instant for instant in tried if judge(wanted, instant)[0] is not match), None)
    assert (until if until is not None and until < start + timedelta(days=2) else None) == found


@pytest.mark.parametrize(
    "name",
    [
        "",
        "Berlin",
        "CET+1x",
        "+01:00",
        "../../etc/passwd",
        "/etc/localtime",
        "localtime",
        "posixrules",
        "Europe",
    ],
)
def test_what_is_no_place_of_the_database_is_refused(name: str) -> None:
    with pytest.raises(Invalid, match="is not a time zone"):
        zone_name(name, "f")


def test_zones_that_count_leap_seconds_are_refused() -> None:
    with pytest.raises(Invalid, match="is not a time zone"):
        zone_name("right/Europe/Berlin", "f")


@pytest.mark.parametrize("name", ["Europe/Berlin", "UTC", "Etc/GMT-14", "America/Argentina/Ushuaia"])
def test_a_place_of_the_database_is_taken_as_it_is(name: str) -> None:
    assert zone_name(name, "f") == name


@pytest.mark.parametrize(
    "wanted", [Selector("weekday", "mon Mars/Olympus"), Selector("time_of_day", "09:00-10:00 X")]
)
def test_a_zone_that_is_not_known_any_more_makes_it_unknown(wanted: Selector) -> None:
    assert judge(wanted, datetime.fromisoformat("2026-07-01T12:00:00Z")) == (Match.UNKNOWN, None)


def test_where_nobody_knows_the_time_nothing_is_foretold() -> None:
    assert next_change("UTC", person(), lambda shown: shown.hour < 12) is None
    assert next_change("UTC", at(datetime.fromisoformat("2026-07-01T12:00:00Z")), lambda _: True) is None
