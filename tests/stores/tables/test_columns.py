"""The column types give back what they were given."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import create_mock_engine

from doorward.stores.tables.columns import Duration, Instant, sealed, text
from tests.strategies import durations

DIALECT = create_mock_engine("sqlite://", print).dialect


@given(
    moment=st.datetimes(
        datetime(2000, 1, 1),  # noqa: DTZ001 - hypothesis takes the bounds without a zone
        datetime(2100, 1, 1),  # noqa: DTZ001 - as above
        timezones=st.integers(-14, 14).map(lambda hours: timezone(timedelta(hours=hours))),
    )
)
def test_an_instant_keeps_its_moment_and_comes_back_in_utc(moment: datetime) -> None:
    bound = Instant().process_bind_param(moment, DIALECT)
    assert bound is not None
    # SQLite forgets the zone, PostgreSQL gives the one of its connection.
    for stored in (bound.replace(tzinfo=None), bound.astimezone(timezone(timedelta(hours=3)))):
        found = Instant().process_result_value(stored, DIALECT)
        assert found == moment
        assert found.tzinfo is UTC


def test_an_instant_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="needs a time zone"):
        Instant().process_bind_param(datetime(2026, 1, 1), DIALECT)  # noqa: DTZ001 - what is refused


@given(length=durations)
def test_a_duration_is_kept_to_the_microsecond(length: timedelta) -> None:
    bound = Duration().process_bind_param(length, DIALECT)
    assert Duration().process_result_value(bound, DIALECT) == length


def test_nothing_stays_nothing() -> None:
    for kind in (Instant(), Duration()):
        assert kind.process_bind_param(None, DIALECT) is None
        assert kind.process_result_value(None, DIALECT) is None


def test_text_and_sealed_columns_are_never_null() -> None:
    assert not text("name").nullable
    assert not sealed("secret").nullable
    assert sealed("secret").info == {"sealed": True}
