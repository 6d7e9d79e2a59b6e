"""Parts: what the supervisor runs, in which order, and when it starts one again. No process is touched.

A part's life::

    waiting ──▶ starting ──▶ ready ──▶ stopping ──▶ stopped
                  ▲  │         │
                  │  ▼         ▼
                 pausing ◀─────┘  (it died)        failed: it could not be started
"""

from __future__ import annotations

import signal
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from graphlib import CycleError, TopologicalSorter
from pathlib import Path
from typing import Protocol

from doorward.model.errors import Invalid

STEADY = timedelta(seconds=10)
"""A part that lived this long was not dying at once: its next restart is immediate again."""

FIRST_PAUSE = timedelta(seconds=0.5)
LONGEST_PAUSE = timedelta(seconds=5)
ATTEMPTS_AT_START = 3
"""A part that dies this often before it was ready for the first time is given up."""


class State(StrEnum):
    """Where a part is in its life."""

    WAITING = "waiting"
    STARTING = "starting"
    READY = "ready"
    PAUSING = "pausing"
    STOPPING = "stopping"
    STOPPED = "stopped"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class PartState:
    """What can be seen of one part. ``pid`` is 0 when no process runs; ``since`` is when ``state`` began.

    ``detail`` says in words why a part is pausing or has failed.
    """

    pid: int
    state: State
    restarts: int
    since: datetime
    detail: str = ""


class Run(Protocol):
    """One run of a part, as its readiness probe sees it."""

    @property
    def pid(self) -> int:
        """The process id."""
        ...

    def printed(self, text: str) -> bool:
        """Whether this run printed a line that contains ``text`` (of its last 200 lines)."""
        ...


Probe = Callable[[Run], Awaitable[bool]]
"""Answers whether a part is ready now. Called again and again; an OSError means "not yet"."""

Drain = Callable[[], Awaitable[None]]
"""Asks a part to take no new work and waits until it is idle. Cut short after the part's grace."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stop:
    """How a part is stopped: ``signal`` first, and SIGKILL when it is still there after ``grace``."""

    signal: signal.Signals = signal.SIGTERM
    grace: timedelta = timedelta(seconds=10)


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One process that the supervisor keeps running.

    ``environment`` is all it sees beside a few harmless variables (``processes.INHERITED``).
    ``start_after`` names the parts that must be ready first and that are stopped later.
    ``ready_within`` bounds each start: at the first one the whole start is given up, later the part is
    killed and started again. Without ``restart``, a part that ended after it was ready stays ended.
    """

    name: str
    command: Sequence[str]
    cwd: Path
    ready: Probe
    environment: Mapping[str, str] = field(default_factory=dict, repr=False)
    stop: Stop = Stop()
    drain: Drain | None = None
    start_after: tuple[str, ...] = ()
    restart: bool = True
    ready_within: timedelta = timedelta(seconds=20)


def check_order(parts: Sequence[Part]) -> None:
    """Check that names are unique and that every part can be reached by starting one after another.

    Raises Invalid naming the part.
    """
    names = [part.name for part in parts]
    for part in parts:
        if names.count(part.name) > 1:
            raise Invalid(f"parts.{part.name}", "there are two parts of this name")
        for name in part.start_after:
            if name not in names:
                raise Invalid(f"parts.{part.name}.start_after", f"there is no part {name!r}")
    try:
        TopologicalSorter({part.name: part.start_after for part in parts}).prepare()
    except CycleError as error:
        circle = " -> ".join(error.args[1])
        raise Invalid("parts", f"these parts wait for each other: {circle}") from None


def dependents(parts: Sequence[Part], name: str) -> tuple[str, ...]:
    """The parts that are started after ``name`` and must be stopped before it."""
    return tuple(part.name for part in parts if name in part.start_after)


def next_short_lives(short_lives: int, lived: timedelta) -> int:
    """How many short lives there were in a row, after one more life that lasted ``lived``."""
    return 1 if lived >= STEADY else short_lives + 1


def pause_before_restart(short_lives: int) -> timedelta:
    """How long to wait: not at all after the first death, then twice as long each time, up to 5 s."""
    if short_lives <= 1:
        return timedelta(0)
    # The exponent is bounded, too: a part may go on dying for months.
    return min(FIRST_PAUSE * 2.0 ** min(short_lives - 2, 10), LONGEST_PAUSE)


def how_it_ended(exit_code: int | None) -> str:
    """An exit code in words, such as "was killed by SIGKILL"."""
    if exit_code is None:
        return "did not start"
    if exit_code >= 0:
        return f"ended with exit code {exit_code}"
    try:
        name = signal.Signals(-exit_code).name
    except ValueError:
        name = f"signal {-exit_code}"
    return f"was killed by {name}"
