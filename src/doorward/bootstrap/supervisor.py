"""Runs the parts of Doorward on this machine and keeps them running until it is told to stop.

Rule: no part outlives the supervisor, however that ends (``child.py`` says how).
Rule: only the supervisor hears the terminal, so that Ctrl-C stops parts in order: those that depend on
others first. A second Ctrl-C kills what is left.
"""

from __future__ import annotations

import asyncio
import functools
import signal
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

import structlog

from doorward.bootstrap.processes_output import Output, RotatingFile
from doorward.bootstrap.supervisor_keeper import Keeper, Signs, first_of
from doorward.bootstrap.supervisor_parts import Part, PartState, State, check_order, dependents
from doorward.bootstrap.supervisor_report import remove_report, write_report
from doorward.model.errors import Unavailable
from doorward.ports.clock import Clock

STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
SAME_REQUEST_SECONDS = 0.3
"""``timeout`` and some shells send one request to the process and to its group: that is not a second."""

OnChange = Callable[[str, PartState], None]

log = structlog.get_logger("supervisor")


class Supervisor:
    """Runs ``parts``; their logs go to ``folder/logs``, their states to ``folder/run/parts.json``.

    ``echo`` gets every line that a part prints, too. ``on_change`` is told of each change of a part.

    Raises Invalid when parts have the same name or wait for each other.
    """

    def __init__(
        self,
        parts: Sequence[Part],
        *,
        folder: Path,
        clock: Clock,
        echo: TextIO | None = None,
        on_change: OnChange | None = None,
    ) -> None:
        check_order(parts)
        self._parts = tuple(parts)
        self._folder = folder
        self._clock = clock
        self._echo = echo
        self._on_change = on_change
        self._signs = Signs(
            ready={part.name: asyncio.Event() for part in parts},
            gone={part.name: asyncio.Event() for part in parts},
        )
        self._keepers = {part.name: self._keeper(part) for part in parts}
        self._failures: list[str] = []
        self._asked_at = float("-inf")

    def states(self) -> dict[str, PartState]:
        """Every part's state now, in the order they were given."""
        return {name: keeper.state for name, keeper in self._keepers.items()}

    def request_stop(self) -> None:
        """Begin to stop; asked again a moment later, kill what is left. For signals and for callers."""
        now = asyncio.get_running_loop().time()
        if not self._signs.stopping.is_set():
            self._asked_at = now
            self._signs.stopping.set()
        elif now - self._asked_at > SAME_REQUEST_SECONDS:
            self._signs.killing.set()

    async def run(self, *, on_ready: Callable[[], None] = lambda: None) -> None:
        """Start all parts, call ``on_ready`` once all are ready, and return when all have stopped.

        It stops at SIGINT, SIGTERM, SIGHUP or ``request_stop``. Call it on the main thread, once.

        Raises Unavailable with the last lines of its output when a part cannot be started.
        """
        with self._signals_heard():
            try:
                self._report()
                async with asyncio.TaskGroup() as group:
                    for keeper in self._keepers.values():
                        group.create_task(keeper.keep())
                    group.create_task(self._announce(on_ready))
            finally:
                remove_report(self._folder)
        if self._failures:
            raise Unavailable("\n".join(self._failures))

    async def _announce(self, on_ready: Callable[[], None]) -> None:
        """Call ``on_ready`` when all parts have been ready, unless they are stopped before that."""
        if await first_of(self._all_are_ready(), self._signs.stopping.wait()) == 0:
            on_ready()

    async def _all_are_ready(self) -> None:
        for sign in self._signs.ready.values():
            await sign.wait()

    @contextmanager
    def _signals_heard(self) -> Iterator[None]:
        loop = asyncio.get_running_loop()
        for number in STOP_SIGNALS:
            loop.add_signal_handler(number, self.request_stop)
        try:
            yield
        finally:
            for number in STOP_SIGNALS:
                loop.remove_signal_handler(number)

    def _keeper(self, part: Part) -> Keeper:
        file = RotatingFile(self._folder / "logs" / f"{part.name}.log")
        return Keeper(
            part,
            before=dependents(self._parts, part.name),
            signs=self._signs,
            clock=self._clock,
            output=functools.partial(Output, part.name, file, echo=self._echo),
            changed=functools.partial(self._changed, part.name),
            failed=self._failed,
        )

    def _failed(self, why: str) -> None:
        self._failures.append(why)
        self._signs.stopping.set()

    def _changed(self, name: str) -> None:
        state = self._keepers[name].state
        trouble = state.state in {State.PAUSING, State.FAILED}
        write = log.warning if trouble else log.info
        write("part " + state.state, child=name, pid=state.pid, detail=state.detail)
        self._report()
        if self._on_change is not None:
            self._on_change(name, state)

    def _report(self) -> None:
        write_report(self._folder, self.states())


def ready_parts(states: Mapping[str, PartState]) -> int:
    """How many of these parts are ready, for showing progress."""
    return sum(state.state is State.READY for state in states.values())
