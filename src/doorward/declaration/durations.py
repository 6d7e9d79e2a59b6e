"""Durations as people write them: ``45s``, ``30m``, ``24h``, ``7d``."""

from __future__ import annotations

import re
from datetime import timedelta

from doorward.declaration.reading import At
from doorward.model.service_token import LONGEST_UNUSED, SHORTEST_UNUSED

SHORTEST_SESSION = timedelta(minutes=1)
LONGEST_SESSION = timedelta(days=90)
SHORTEST_INTERVAL = timedelta(seconds=5)
SHORTEST_TIMEOUT = timedelta(seconds=1)
LONGEST_INTERVAL = timedelta(hours=24)
LONGEST_GRANT = timedelta(days=7)

_WRITTEN = re.compile(r"([1-9][0-9]{0,6})([smhd])")
HOW_TO_WRITE = "use a number and s, m, h or d, such as 30m, 24h or 7d"
_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400}


def session_duration(at: At) -> timedelta:
    """Read how long a session lasts. Raises Invalid outside one minute to 90 days."""
    duration = _duration(at)
    if not SHORTEST_SESSION <= duration <= LONGEST_SESSION:
        raise at.wrong(f"{at.text()} is out of range: a session lasts from 1m to 90d")
    return duration


def lifetime(at: At) -> timedelta:
    """Read how long something that was proven counts. Raises Invalid outside one minute to a day."""
    duration = _duration(at)
    if not SHORTEST_SESSION <= duration <= LONGEST_INTERVAL:
        raise at.wrong(f"{at.text()} is out of range: use 1m to 24h")
    return duration


def grant_lifetime(at: At) -> timedelta:
    """Read how long access may be given for. Raises Invalid outside one minute to a week."""
    return within(at, shortest=SHORTEST_SESSION, longest=LONGEST_GRANT)


def interval(at: At) -> timedelta:
    """Read how often something is done: ``off`` (zero), or five seconds to a day."""
    if at.text() == "off":
        return timedelta()
    duration = _duration(at)
    if not SHORTEST_INTERVAL <= duration <= LONGEST_INTERVAL:
        raise at.wrong(f"{at.text()} is out of range: use off, or 5s to 24h")
    return duration


def unused(at: At) -> timedelta:
    """Read how long something may go unused. Raises Invalid outside 30 to 365 days."""
    duration = _duration(at)
    if not SHORTEST_UNUSED <= duration <= LONGEST_UNUSED:
        raise at.wrong(f"{at.text()} is out of range: use 30d to 365d")
    return duration


def within(at: At, *, shortest: timedelta, longest: timedelta) -> timedelta:
    """Read a length of time. Raises Invalid outside these bounds."""
    duration = _duration(at)
    if not shortest <= duration <= longest:
        raise at.wrong(
            f"{at.text()} is out of range: use {written_duration(shortest)} to {written_duration(longest)}"
        )
    return duration


def timeout(at: At) -> timedelta:
    """Read how long something may take or be kept. Raises Invalid outside one second to a day."""
    duration = _duration(at)
    if not SHORTEST_TIMEOUT <= duration <= LONGEST_INTERVAL:
        raise at.wrong(f"{at.text()} is out of range: use 1s to 24h")
    return duration


def _duration(at: At) -> timedelta:
    duration = parse_duration(at.text())
    if duration is None:
        raise at.wrong(f"{at.text()!r} is not a duration: {HOW_TO_WRITE}")
    return duration


def parse_duration(text: str) -> timedelta | None:
    """Any duration; None for what is none."""
    written = _WRITTEN.fullmatch(text)
    return timedelta(seconds=int(written[1]) * _SECONDS[written[2]]) if written else None


def written_duration(duration: timedelta) -> str:
    """The spelling of whole seconds that reads best: ``24h`` and ``7d``, not ``1d`` and ``168h``."""
    seconds = int(duration.total_seconds())
    if seconds % 86400 == 0 and seconds > 86400:
        return f"{seconds // 86400}d"
    for unit in ("h", "m"):
        if seconds % _SECONDS[unit] == 0:
            return f"{seconds // _SECONDS[unit]}{unit}"
    return f"{seconds}s"
