"""Instants around which clocks somewhere do odd things, and places where they do."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import strategies as st

from doorward.model.access import AccessRequest
from doorward.model.rule import Selector
from doorward.policy.match import Match
from doorward.policy.selectors import SELECTORS
from doorward.policy.selectors.kind import Judged
from tests.policy.said import person

ZONES = (
    "Europe/Berlin",
    "America/New_York",
    "Australia/Lord_Howe",  # half an hour of summer time
    "America/Sao_Paulo",  # summer time began at midnight, and ended in the day before
    "America/Havana",
    "Pacific/Apia",  # the 30th of December 2011 never was
    "Africa/Casablanca",  # winter time for Ramadan
    "Asia/Kathmandu",
    "UTC",
)
ODD = tuple(
    datetime.fromisoformat(text)
    for text in (
        "2026-03-29T01:00:00Z",
        "2026-10-25T01:00:00Z",
        "2026-03-08T07:00:00Z",
        "2026-11-01T06:00:00Z",
        "2026-04-04T15:00:00Z",
        "2026-10-03T15:30:00Z",
        "2018-11-04T03:00:00Z",
        "2018-02-18T02:00:00Z",
        "2011-12-30T10:00:00Z",
        "2026-02-15T02:00:00Z",
        "2026-07-01T12:00:00Z",
    )
)
instants = st.builds(
    lambda odd, seconds: odd + timedelta(seconds=seconds),
    st.sampled_from(ODD),
    st.integers(-3 * 86_400, 3 * 86_400),
)


def at(instant: datetime) -> AccessRequest:
    """Ada's request at that instant."""
    ada = person()
    return AccessRequest(
        application=ada.application, source=ada.source, identity=ada.identity, at=instant.astimezone(UTC)
    )


def selector(kind: str, value: str) -> Selector:
    """The selector, spelt canonically."""
    return Selector(kind, SELECTORS[kind].parse(value, kind))


def judge(wanted: Selector, instant: datetime) -> tuple[Match, datetime | None]:
    """Whether it matches at that instant, and until when that holds."""
    kind = SELECTORS[wanted.kind]
    assert isinstance(kind, Judged)
    request = at(instant)
    return kind.matches(wanted, request), kind.until(wanted, request)
