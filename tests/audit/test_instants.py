from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from doorward.audit.instants import parse_instant, written_instant


def test_an_instant_is_written_as_the_edge_writes_it() -> None:
    moment = datetime(2026, 11, 24, 20, 30, 45, 123_456, tzinfo=timezone(timedelta(hours=1)))
    assert written_instant(moment) == "2026-11-24T19:30:45.123Z"


def test_what_was_written_is_read_again() -> None:
    moment = datetime(2026, 3, 1, 12, tzinfo=UTC)
    assert parse_instant(written_instant(moment)) == moment


@pytest.mark.parametrize("text", ["", "yesterday", "2026-03-01T12:00:00", None, 5])
def test_what_is_no_instant_is_refused(text: object) -> None:
    with pytest.raises(ValueError, match=r"no |Invalid isoformat"):
        parse_instant(text)
