"""``date_range``: days of the calendar, first and last included, by the clock of a time zone:
``2026-12-01..2026-12-24 Europe/Berlin``. Without one of both it is open on that side."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime, timedelta

from doorward.model.access import AccessRequest
from doorward.model.errors import Invalid
from doorward.model.rule import Selector
from doorward.policy.match import Match
from doorward.policy.selectors.kind import EVERY_ACTION, Narrowing
from doorward.policy.wall_clock import judged, next_change, zone_name

actions = EVERY_ACTION
narrowing = Narrowing.NEVER

_SPELLING = re.compile(r"(\d{4}-\d{2}-\d{2})?\s*\.\.\s*(\d{4}-\d{2}-\d{2})?\s+(\S+)", re.ASCII)
EARLIEST, LATEST = date(1970, 1, 1), date(2199, 12, 31)


def parse(value: str, field: str) -> str:
    """Raises Invalid for what are no days between 1970 and 2199, for a last day before the first, where both
    are left out, and for a time zone that is none of the IANA database."""
    found = _SPELLING.fullmatch(value.strip())
    if found is None or not (found[1] or found[2]):
        raise _wrong(value, field)
    try:
        first = date.fromisoformat(found[1]) if found[1] else EARLIEST
        last = date.fromisoformat(found[2]) if found[2] else LATEST
    except ValueError:
        raise _wrong(value, field) from None
    if min(first, last) < EARLIEST or max(first, last) > LATEST:
        raise Invalid(field, f"{value[:64]!r} leaves the years 1970 to 2199")
    if last < first:
        raise Invalid(field, f"{value[:64]!r} ends before it begins: write the earlier day first")
    return f"{found[1] or ''}..{found[2] or ''} {zone_name(found[3], field)}"


def matches(selector: Selector, request: AccessRequest) -> Match:
    """Whether it is one of the days there; UNKNOWN where nobody knows the time."""
    first, last, zone = _parts(selector)
    return judged(zone, request, _within(first, last))


def until(selector: Selector, request: AccessRequest) -> datetime | None:
    """When the first day begins or the last one ends; None after that."""
    first, last, zone = _parts(selector)
    ends = [*([first] if first else []), *([last + timedelta(days=1)] if last else [])]
    return next_change(zone, request, _within(first, last), dates=ends)


def _within(first: date | None, last: date | None) -> Callable[[datetime], bool]:
    def holds(shown: datetime) -> bool:
        day = shown.date()
        return (first is None or first <= day) and (last is None or day <= last)

    return holds


def _parts(selector: Selector) -> tuple[date | None, date | None, str]:
    days, _, zone = selector.value.partition(" ")
    first, _, last = days.partition("..")
    return date.fromisoformat(first) if first else None, date.fromisoformat(last) if last else None, zone


def _wrong(value: str, field: str) -> Invalid:
    return Invalid(
        field,
        f"{value[:64]!r} is no range of days: write it with its time zone, "
        "2026-12-01..2026-12-24 Europe/Berlin, where one of both may be left out",
    )
