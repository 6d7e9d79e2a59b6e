"""What a delta token stands for: how things were, and which pages are still to come."""

from __future__ import annotations

from dataclasses import dataclass, field

Entry = dict[str, object]

KEPT = 100
"""So many tokens of each kind are known; older ones are gone, as Graph's are after some days."""


@dataclass(frozen=True, slots=True)
class Remembered:
    """One object as a client last heard of it."""

    properties: Entry
    members: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What a client asked for when it began; tokens carry it on. No ``ids`` means everything."""

    noun: str
    select: tuple[str, ...]
    ids: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Position:
    """A place within a round: entries to come, and how things were when the round began."""

    question: Question
    now: dict[str, Remembered]
    entries: tuple[Entry, ...] = ()


@dataclass
class DeltaState:
    """Positions by token: ``pages`` within a round, ``rounds`` after one."""

    pages: dict[str, Position] = field(default_factory=dict)
    rounds: dict[str, Position] = field(default_factory=dict)


def keep(positions: dict[str, Position], token: str, position: Position) -> None:
    """Remember ``position``, and forget the oldest where that makes too many."""
    positions[token] = position
    while len(positions) > KEPT:
        del positions[next(iter(positions))]
