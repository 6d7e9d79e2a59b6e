"""What a clock on the wall of some place shows, and when that next changes something.

Rule: a place is named as in the IANA time zone database, never by an offset, which a law may change. Time
selectors are about what the clock shows: an hour that it skips in spring never comes, and one that it
shows twice in autumn comes twice.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from doorward.model.access import AccessRequest
from doorward.model.errors import Invalid
from doorward.policy.match import Match

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_+-]*(?:/[A-Za-z0-9_+-]+)*")
_NOT_PLACES = ("right/", "posix/", "posixrules", "localtime", "Factory")
"""What systems keep beside the names of places: ``right/`` counts leap seconds, ``localtime`` is any."""
MIDNIGHT = time()
DAY = timedelta(days=1)
NEARBY = 9
"""Days ahead in which whatever goes by the hour or the day of the week has changed, if it ever does."""


def zone_name(name: str, field: str) -> str:
    """``name`` if it is a time zone's in the IANA database. Raises Invalid."""
    if not _NAME.fullmatch(name) or name.startswith(_NOT_PLACES) or _zone(name) is None:
        raise Invalid(
            field, f"{name[:64]!r} is not a time zone: use a name of the IANA database, such as Europe/Berlin"
        )
    return name


def shown(name: str, request: AccessRequest) -> datetime | None:
    """What the clock there shows at the instant of the request; None where one of both is not known."""
    zone = _zone(name)
    return None if zone is None or request.at is None else request.at.astimezone(zone)


def judged(name: str, request: AccessRequest, holds: Callable[[datetime], bool]) -> Match:
    """Whether what the clock shows ``holds``; UNKNOWN where nobody knows the time."""
    there = shown(name, request)
    return Match.UNKNOWN if there is None else Match.of(holds(there))


def next_change(
    name: str,
    request: AccessRequest,
    holds: Callable[[datetime], bool],
    *,
    times: Iterable[time] = (),
    dates: Iterable[date] = (),
) -> datetime | None:
    """The first instant after the request's at which ``holds`` turns out otherwise; None for never.

    ``holds`` may change when the clock shows midnight or one of ``times``, in the next days and around
    ``dates``, and where the clock is put forward or back. Between two such instants it does not.
    """
    zone = _zone(name)
    if zone is None or request.at is None:
        return None
    now = request.at.astimezone(UTC)
    today = now.astimezone(zone).date()
    days = {today + step * DAY for step in range(-1, NEARBY)}
    days |= {day + step * DAY for day in dates for step in (-1, 0, 1)}
    turns = {_instant(day, at, zone, fold) for day in days for at in {MIDNIGHT, *times} for fold in (0, 1)}
    before, first = now, holds(now.astimezone(zone))
    for turn in sorted(turn for turn in turns if turn > now):
        put = _put(before, turn, zone)
        for instant in (turn,) if put is None else (put, turn):
            if holds(instant.astimezone(zone)) is not first:
                return instant
        before = turn
    return None


def _zone(name: str) -> ZoneInfo | None:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None


def _instant(day: date, at: time, zone: ZoneInfo, fold: int) -> datetime:
    """When the clock shows this. Of an hour that comes twice ``fold`` says which; one that is skipped gives
    an instant nearby, which does no harm."""
    return datetime.combine(day, at, zone).replace(fold=fold).astimezone(UTC)


def _put(start: datetime, end: datetime, zone: ZoneInfo) -> datetime | None:
    """When, between these two, the clock there was put forward or back; None if it was not. It is put at a
    whole second. Two changes within a day, the second undoing the first, there have never been."""

    def offset(instant: datetime) -> timedelta | None:
        return instant.astimezone(zone).utcoffset()

    old = offset(start)
    if offset(end) == old:
        return None
    low, high = int(start.timestamp()), int(end.timestamp())
    while high - low > 1:
        middle = (low + high) // 2
        if offset(datetime.fromtimestamp(middle, UTC)) == old:
            low = middle
        else:
            high = middle
    return datetime.fromtimestamp(high, UTC)
