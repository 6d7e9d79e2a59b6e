"""When each signing key is announced, signs, still verifies, and goes: a table of times, no keys.

A key is **announced** a day before it signs, so that every edge and every origin that caches the
published keys knows it by then; it is **current** for six weeks; it is **previous** for a week after the
next one began, which is far longer than a token lives; then it is forgotten. Keys follow each other in
the order of ``not_before``, which ``next_start`` keeps strictly rising whatever the clock does.

A clock that jumps moves keys between these states and takes none away that is needed: there is always a
current key as long as there is one at all, and one that begins to sign has been published before.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from doorward.ports.stores import SigningKey

ROTATION: Final = timedelta(weeks=6)
"""For how long a key signs."""
ANNOUNCED: Final = timedelta(days=1)
"""How long before it signs a key is published."""
PREVIOUS: Final = timedelta(weeks=1)
"""For how long a key that signs no more is published and verifies."""


class KeyState(StrEnum):
    """Where a key is in its life. ``GONE`` is over: it verifies nothing and is to be forgotten."""

    ANNOUNCED = "announced"
    CURRENT = "current"
    PREVIOUS = "previous"
    GONE = "gone"


@dataclass(frozen=True, slots=True, kw_only=True)
class ScheduledKey:
    """A key in its state, from ``since`` until ``until``. The end of a current key whose successor has
    not been announced is what is planned."""

    key: SigningKey
    state: KeyState
    since: datetime
    until: datetime


def scheduled(keys: Sequence[SigningKey], now: datetime) -> list[ScheduledKey]:
    """Every key with its state at ``now``, in the order in which they sign.

    The current one is the last that has begun. Where none has, because the clock was set back, it is
    the first: that one signed before, so everybody knows it.
    """
    ordered = sorted(keys, key=lambda key: (key.not_before, key.created))
    begun = sum(key.not_before <= now for key in ordered)
    current = max(begun - 1, 0)
    return [
        _placed(key, index - current, ordered[index + 1] if index + 1 < len(ordered) else None, now)
        for index, key in enumerate(ordered)
    ]


def _placed(key: SigningKey, place: int, successor: SigningKey | None, now: datetime) -> ScheduledKey:
    """``place`` is below 0 before the current key in the order, above 0 after it."""
    if place > 0:
        return ScheduledKey(key=key, state=KeyState.ANNOUNCED, since=key.created, until=key.not_before)
    ends = successor.not_before if successor else key.not_before + ROTATION
    if place == 0:
        return ScheduledKey(key=key, state=KeyState.CURRENT, since=key.not_before, until=ends)
    state = KeyState.PREVIOUS if now < ends + PREVIOUS else KeyState.GONE
    return ScheduledKey(key=key, state=state, since=ends, until=ends + PREVIOUS)


def is_due(schedule: Sequence[ScheduledKey], now: datetime) -> bool:
    """Whether the next key has to be announced now, so that the current one signs no longer than it
    should."""
    last = schedule[-1]
    return last.state is KeyState.CURRENT and last.until - ANNOUNCED <= now


def next_start(schedule: Sequence[ScheduledKey], now: datetime) -> datetime:
    """When a key that is made now begins to sign: after every other one, even if the clock was ahead
    when those were made."""
    return max(now, schedule[-1].key.not_before) + ANNOUNCED
