"""Tiny real parts for the supervisor's tests: Python programs that print what happens to them."""

from __future__ import annotations

import asyncio
import sys
import textwrap
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import psutil

from doorward.bootstrap.supervisor import Supervisor
from doorward.bootstrap.supervisor_parts import Part, State, Stop
from doorward.bootstrap.supervisor_probes import line_printed
from tests.fakes.clock import FakeClock

SERVES = """
    import signal, sys, time

    def stop(number, frame):
        with open("order.txt", "a") as order:
            order.write(sys.argv[1] + " stopped\\n")
        sys.exit(0)

    signal.signal(signal.SIGTERM, stop)
    with open("order.txt", "a") as order:
        order.write(sys.argv[1] + " started\\n")
    print("serving", flush=True)
    while True:
        time.sleep(1)
"""

IGNORES_SIGTERM = """
    import signal, time

    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    print("serving", flush=True)
    while True:
        time.sleep(1)
"""


def part(folder: Path, name: str, program: str = SERVES, *, after: tuple[str, ...] = ()) -> Part:
    """A part that runs ``program`` in ``folder`` and is ready when it printed "serving"."""
    return Part(
        name=name,
        command=[sys.executable, "-I", "-S", "-c", textwrap.dedent(program), name],
        cwd=folder,
        ready=line_printed("serving"),
        start_after=after,
        stop=Stop(grace=timedelta(seconds=5)),
    )


def impatient(part: Part, *, grace: float = 5, ready_within: float = 20) -> Part:
    """``part`` with less time to stop or to be ready, in seconds."""
    return replace(
        part,
        stop=Stop(grace=timedelta(seconds=grace)),
        ready_within=timedelta(seconds=ready_within),
    )


def supervisor(folder: Path, *parts: Part) -> Supervisor:
    """A supervisor of these parts with a data folder at ``folder``."""
    for name in ("logs", "run"):
        (folder / name).mkdir(exist_ok=True)
    return Supervisor(parts, folder=folder, clock=FakeClock())


def run(house: Supervisor, story: Callable[[], Awaitable[None]]) -> None:
    """Run ``house`` and, once all its parts are ready, ``story``; then stop."""

    async def both() -> None:
        ready = asyncio.Event()
        async with asyncio.timeout(30), asyncio.TaskGroup() as group:
            group.create_task(house.run(on_ready=ready.set))
            await ready.wait()
            try:
                await story()
            finally:
                house.request_stop()

    asyncio.run(both())


async def until(condition: Callable[[], bool], *, within: float = 5) -> float:
    """Wait until ``condition`` holds; return how many seconds that took."""
    loop = asyncio.get_running_loop()
    began = loop.time()
    async with asyncio.timeout(within):
        while not condition():
            await asyncio.sleep(0.01)
    return loop.time() - began


def is_running(pid: int) -> bool:
    """Whether there is a process ``pid`` that is not a zombie."""
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def children() -> list[int]:
    """Process ids of this process's children, zombies too."""
    return [child.pid for child in psutil.Process().children()]


def is_ready_again(house: Supervisor, name: str, *, old: int) -> bool:
    """Whether part ``name`` is ready with another process than ``old``."""
    state = house.states()[name]
    return state.state is State.READY and state.pid != old
