from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doorward.declaration.durations import LONGEST_SESSION, SHORTEST_SESSION, written_duration
from tests.declaration.files import declared, problem


def file(duration: str) -> str:
    return f"version: 1\nsession_duration: {duration}\n"


@pytest.mark.parametrize(
    ("text", "duration"),
    [
        ("60s", timedelta(minutes=1)),
        ("30m", timedelta(minutes=30)),
        ("24h", timedelta(hours=24)),
        ("1d", timedelta(days=1)),
        ("90d", timedelta(days=90)),
    ],
)
def test_a_duration_is_a_number_and_a_unit(text: str, duration: timedelta) -> None:
    assert declared(file(text)).session_duration == duration


@pytest.mark.parametrize("text", ["8", "8 h", "1.5h", "-1h", "1h30m", "08h", "8H", "8w", "forever", "٣h"])
def test_anything_else_is_no_duration(text: str) -> None:
    found = problem(file(text))
    assert (found.line, found.column, found.field) == (2, 19, "session_duration")
    assert found.problem == (
        f"{text!r} is not a duration: use a number and s, m, h or d, such as 30m, 24h or 7d"
    )


@pytest.mark.parametrize("text", ["59s", "91d", "9999999d"])
def test_a_session_lasts_a_minute_to_ninety_days(text: str) -> None:
    assert problem(file(text)).problem == f"{text} is out of range: a session lasts from 1m to 90d"


@pytest.mark.parametrize(
    ("hours", "text"), [(24, "24h"), (8, "8h"), (36, "36h"), (48, "2d"), (168, "7d"), (0.5, "30m")]
)
def test_a_duration_is_written_the_way_people_say_it(hours: float, text: str) -> None:
    assert written_duration(timedelta(hours=hours)) == text


@given(st.integers(int(SHORTEST_SESSION.total_seconds()), int(LONGEST_SESSION.total_seconds())))
def test_what_is_written_is_read_back(seconds: int) -> None:
    duration = timedelta(seconds=seconds)
    assert declared(file(written_duration(duration))).session_duration == duration
