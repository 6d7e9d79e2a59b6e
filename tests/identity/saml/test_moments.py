from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from doorward.identity.saml.moments import NotAMoment, moment, written


@pytest.mark.parametrize(
    ("text", "microsecond"),
    [
        ("2026-03-01T12:00:00Z", 0),
        (" 2026-03-01T12:00:00.5Z ", 500_000),
        ("2026-03-01T12:00:00.123456789Z", 123_456),
        ("2026-03-01T12:00:00.000Z", 0),
    ],
)
def test_an_instant_is_read(text: str, microsecond: int) -> None:
    assert moment(text) == datetime(2026, 3, 1, 12, 0, 0, microsecond, UTC)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2026-03-01",
        "2026-03-01T12:00:00",
        "2026-03-01T12:00:00+01:00",
        "2026-02-30T12:00:00Z",
        "2026-03-01T24:00:00Z",
    ],
)
def test_what_leaves_room_for_doubt_is_no_instant(text: str) -> None:
    with pytest.raises(NotAMoment):
        moment(text)


def test_an_instant_is_written_in_utc() -> None:
    east = timezone(timedelta(hours=2))
    assert written(datetime(2026, 3, 1, 14, 0, 0, 999, east)) == "2026-03-01T12:00:00Z"
