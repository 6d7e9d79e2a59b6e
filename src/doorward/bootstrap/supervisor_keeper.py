"""Keeps one part running: starts it, waits for it to be ready, starts it again, stops it.

Rule: a keeper never raises because of its part. It reports a part that could not be started, and the
supervisor decides what becomes of the others.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from doorward.bootstrap.processes import Process, environment_of
from doorward.bootstrap.processes_output import Output
from doorward.bootstrap.supervisor_parts import (
    ATTEMPTS_AT_START,
    Part,
    PartState,
    State,
    how_it_ended,
    next_short_lives,
    pause_before_restart,
)
from doorward.bootstrap.supervisor_probes import attempt
from doorward.ports.clock import Clock

PROBE_EVERY = timedelta(seconds=0.05)


@dataclass(slots=True)
class Signs:
    """What keepers and their supervisor tell each other.

    ``stopping``: stop in order. ``killing``: stop at once. ``ready`` and ``gone`` by part.
    """

    stopping: asyncio.Event = field(default_factory=asyncio.Event)
    killing: asyncio.Event = field(default_factory=asyncio.Event)
    ready: Mapping[str, asyncio.Event] = field(default_factory=dict)
    gone: Mapping[str, asyncio.Event] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Run:
    """One run, for the part's probe."""

    process: Process

    @property
    def pid(self) -> int:
        return self.process.pid

    def printed(self, text: str) -> bool:
        return self.process.output.contains(text)


async def first_of(*waits: Coroutine[Any, Any, object]) -> int:
    """Wait until one of these is done, give up the others, and return which it was (from 0)."""
    tasks = [asyncio.create_task(wait) for wait in waits]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        winner = next(number for number, task in enumerate(tasks) if task.done())
        await tasks[winner]  # passes on what it raised
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    return winner


class Keeper:
    """Keeps ``part`` running until ``signs.stopping``, and then until the parts ``before`` it are gone.

    ``output`` makes the place where one run's output goes; ``changed`` is called after each change of
    ``state``; ``failed`` is told, once, why the part could not be started.
    """

    def __init__(
        self,
        part: Part,
        *,
        before: Sequence[str],
        signs: Signs,
        clock: Clock,
        output: Callable[[], Output],
        changed: Callable[[], None],
        failed: Callable[[str], None],
    ) -> None:
        self._part = part
        self._before = before
        self._signs = signs
        self._clock = clock
        self._output = output
        self._changed = changed
        self._failed = failed
        self._short_lives = 0
        self._was_ready = False
        self.state = PartState(pid=0, state=State.WAITING, restarts=0, since=clock.now())

    async def keep(self) -> None:
        """Run the part to the end of its last life."""
        try:
            await first_of(self._dependencies_are_ready(), self._signs.stopping.wait())
            while not self._signs.stopping.is_set() and await self._live_once():
                pause = pause_before_restart(self._short_lives)
                await first_of(asyncio.sleep(pause.total_seconds()), self._signs.stopping.wait())
        finally:
            if self.state.state not in {State.FAILED, State.STOPPED}:
                self._now(State.STOPPED)
            self._signs.gone[self._part.name].set()

    async def _live_once(self) -> bool:
        """One life of the process. Return whether the part shall be started again."""
        began = asyncio.get_running_loop().time()
        try:
            process = self._start()
        except OSError as error:
            return self._ended(f"cannot be started: {error.strerror}", [], lived=timedelta(0))
        try:
            trouble = await self._serve(process)
        finally:
            process.kill()
        if self._signs.stopping.is_set():
            return False
        lived = timedelta(seconds=asyncio.get_running_loop().time() - began)
        return self._ended(
            trouble or how_it_ended(process.exit_code), process.output.last_lines(), lived=lived
        )

    def _start(self) -> Process:
        process = Process.start(
            self._part.command,
            environment=environment_of(self._part.environment, ours=os.environ),
            cwd=self._part.cwd,
            output=self._output(),
        )
        self._now(State.STARTING, pid=process.pid)
        return process

    async def _serve(self, process: Process) -> str:
        """Wait for the end of the process or of everything. Return what was wrong with it, if known."""
        late = self._part.ready_within.total_seconds()
        outcome = await first_of(
            self._signs.stopping.wait(),
            process.ended.wait(),
            self._is_ready(_Run(process=process)),
            asyncio.sleep(late),
        )
        if outcome == 3:
            return f"was not ready within {late:g} s"
        if outcome == 2:
            self._was_ready = True
            self._now(State.READY, pid=process.pid)
            self._signs.ready[self._part.name].set()
            await first_of(self._signs.stopping.wait(), process.ended.wait())
        if self._signs.stopping.is_set():
            await self._stop(process)
        return ""

    async def _is_ready(self, run: _Run) -> None:
        while not await attempt(self._part.ready, run):  # noqa: ASYNC110  (nobody tells when a socket opens)
            await asyncio.sleep(PROBE_EVERY.total_seconds())

    async def _dependencies_are_ready(self) -> None:
        for name in self._part.start_after:
            await self._signs.ready[name].wait()

    def _ended(self, how: str, lines: Sequence[str], *, lived: timedelta) -> bool:
        """Note the end of a life that nobody asked for. Return whether another one begins."""
        self._short_lives = next_short_lives(self._short_lives, lived)
        late = lived >= self._part.ready_within
        if not self._was_ready and (late or self._short_lives >= ATTEMPTS_AT_START):
            self._now(State.FAILED, detail=how)
            self._failed("\n  ".join([f"{self._part.name} {how}", *lines]))
            return False
        if self._was_ready and not self._part.restart:
            self._now(State.STOPPED, detail=how)
            return False
        self._now(State.PAUSING, detail=how, restarts=self.state.restarts + 1)
        return True

    async def _stop(self, process: Process) -> None:
        """Stop the process once those that depend on it are gone; at once when told to kill."""
        await first_of(self._signs.killing.wait(), process.ended.wait(), self._all_gone(self._before))
        if process.ended.is_set():
            return
        self._now(State.STOPPING, pid=process.pid)
        grace = self._part.stop.grace.total_seconds()
        await first_of(self._signs.killing.wait(), self._drained(grace), process.ended.wait())
        if self._signs.killing.is_set():
            return
        process.send(self._part.stop.signal)
        await first_of(self._signs.killing.wait(), process.ended.wait(), asyncio.sleep(grace))

    async def _drained(self, grace: float) -> None:
        if self._part.drain is not None:
            await _at_most(grace, self._part.drain())

    async def _all_gone(self, names: Sequence[str]) -> None:
        for name in names:
            await self._signs.gone[name].wait()

    def _now(self, state: State, *, pid: int = 0, detail: str = "", restarts: int | None = None) -> None:
        self.state = PartState(
            pid=pid,
            state=state,
            restarts=self.state.restarts if restarts is None else restarts,
            since=self._clock.now(),
            detail=detail,
        )
        self._changed()


async def _at_most(seconds: float, work: Awaitable[None]) -> None:
    """Wait for ``work``; one that fails or takes too long does not keep the part from being stopped."""
    try:
        async with asyncio.timeout(seconds):
            await work
    except Exception:  # noqa: BLE001  (whatever a drain does wrong, the part must be stopped)
        return
