"""``weekday``: days of the week, by the calendar of a time zone: ``mon-fri Europe/Berlin``."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime

from doorward.model.access import AccessRequest
from doorward.model.errors import Invalid
from doorward.model.rule import Selector
from doorward.policy.match import Match
from doorward.policy.selectors.kind import EVERY_ACTION, Narrowing
from doorward.policy.wall_clock import judged, next_change, zone_name

actions = EVERY_ACTION
narrowing = Narrowing.NEVER

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def parse(value: str, field: str) -> str:
    """Days in their order, three or more in a row as a span. Raises Invalid for what is no day of the week,
    and for a time zone that is none of the IANA database."""
    words = value.split()
    if len(words) < 2:
        raise _wrong(value, field)
    found = set[int]()
    for part in "".join(words[:-1]).lower().split(","):
        first, dash, last = part.partition("-")
        if first not in DAYS or (dash and last not in DAYS):
            raise _wrong(value, field)
        begin, end = DAYS.index(first), DAYS.index(last or first)
        found |= {(begin + step) % 7 for step in range((end - begin) % 7 + 1)}
    return f"{','.join(_spans(sorted(found)))} {zone_name(words[-1], field)}"


def matches(selector: Selector, request: AccessRequest) -> Match:
    """Whether it is one of the days there; UNKNOWN where nobody knows the time."""
    return judged(_zone(selector), request, _one_of(selector))


def until(selector: Selector, request: AccessRequest) -> datetime | None:
    """When a day begins that is one of them, or is none any more; None for all seven."""
    return next_change(_zone(selector), request, _one_of(selector))


def _one_of(selector: Selector) -> Callable[[datetime], bool]:
    days = set[int]()
    for part in selector.value.partition(" ")[0].split(","):
        first, _, last = part.partition("-")
        days |= set(range(DAYS.index(first), DAYS.index(last or first) + 1))
    return lambda shown: shown.weekday() in days


def _zone(selector: Selector) -> str:
    return selector.value.partition(" ")[2]


def _spans(days: list[int]) -> Iterator[str]:
    start = 0
    for index, day in enumerate(days):
        if index + 1 < len(days) and days[index + 1] == day + 1:
            continue
        run = days[start : index + 1]
        start = index + 1
        if len(run) > 2:
            yield f"{DAYS[run[0]]}-{DAYS[run[-1]]}"
        else:
            yield from (DAYS[each] for each in run)


def _wrong(value: str, field: str) -> Invalid:
    return Invalid(
        field,
        f"{value[:64]!r} are not days of the week: write them with their time zone, mon-fri Europe/Berlin "
        f"or mon,wed Europe/Berlin ({', '.join(DAYS)})",
    )
