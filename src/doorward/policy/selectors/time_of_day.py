"""``time_of_day``: from one time to another, by the clock of a time zone: ``09:00-17:30 Europe/Berlin``."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime, time

from doorward.model.access import AccessRequest
from doorward.model.errors import Invalid
from doorward.model.rule import Selector
from doorward.policy.match import Match
from doorward.policy.selectors.kind import EVERY_ACTION, Narrowing
from doorward.policy.wall_clock import judged, next_change, zone_name

actions = EVERY_ACTION
narrowing = Narrowing.NEVER

_SPELLING = re.compile(r"(\d{1,2}):(\d{2})\s*-\s*(\d{1,2}):(\d{2})\s+(\S+)", re.ASCII)
_HOUR, _DAY = 60, 24 * 60


def parse(value: str, field: str) -> str:
    """Hours and minutes with two digits. Raises Invalid for what is no such span, has no time zone of the
    IANA database, or ends when it begins."""
    found = _SPELLING.fullmatch(value.strip())
    if found is None:
        raise _wrong(value, field)
    hours, zone = [int(digits) for digits in found.groups()[:4]], found[5]
    first, last = hours[0] * _HOUR + hours[1], hours[2] * _HOUR + hours[3]
    if max(hours[1], hours[3]) >= _HOUR or first >= _DAY or last > _DAY:
        raise _wrong(value, field)
    if first == last:
        raise Invalid(field, f"{value[:64]!r} ends when it begins: for the whole day write 00:00-24:00")
    return f"{_written(first)}-{_written(last)} {zone_name(zone, field)}"


def matches(selector: Selector, request: AccessRequest) -> Match:
    """Whether it is in the span, without its last instant; UNKNOWN where nobody knows the time."""
    first, last, zone = _parts(selector)
    return judged(zone, request, _within(first, last))


def until(selector: Selector, request: AccessRequest) -> datetime | None:
    """When the span begins or ends next, or the clock is put past that."""
    first, last, zone = _parts(selector)
    times = [time(*divmod(minute % _DAY, _HOUR)) for minute in (first, last)]
    return next_change(zone, request, _within(first, last), times=times)


def _within(first: int, last: int) -> Callable[[datetime], bool]:
    """Whether the clock shows a minute of the span, which may go over midnight."""

    def holds(shown: datetime) -> bool:
        minute = shown.hour * _HOUR + shown.minute
        return first <= minute < last if first < last else minute >= first or minute < last

    return holds


def _parts(selector: Selector) -> tuple[int, int, str]:
    span, _, zone = selector.value.partition(" ")
    first, _, last = span.partition("-")
    return _minute(first), _minute(last), zone


def _minute(text: str) -> int:
    hour, _, minute = text.partition(":")
    return int(hour) * _HOUR + int(minute)


def _written(minute: int) -> str:
    return f"{minute // _HOUR:02}:{minute % _HOUR:02}"


def _wrong(value: str, field: str) -> Invalid:
    return Invalid(
        field, f"{value[:64]!r} is not a time of day: write it with its time zone, 09:00-17:30 Europe/Berlin"
    )
