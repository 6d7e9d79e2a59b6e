"""Work that nobody waits for at the page: a few things at once, a bounded queue, an orderly end."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import structlog

from doorward.model.errors import Unavailable

log = structlog.get_logger("services.background")


class Background:
    """Runs jobs, ``at_once`` at a time, while at most ``waiting`` are under way or in the queue.

    A job sees to its own errors; one that escapes is logged by its kind alone, for its words and
    its traceback may hold what the job knew.
    """

    def __init__(self, *, at_once: int, waiting: int) -> None:
        self._places = asyncio.Semaphore(at_once)
        self._waiting = waiting
        self._tasks: set[asyncio.Task[None]] = set()

    def begin(self, job: Callable[[], Awaitable[None]]) -> None:
        """Take the job on. Raises Unavailable when there is no more room."""
        if len(self._tasks) >= self._waiting:
            raise Unavailable("too much is waiting to be done here; try again in a minute")
        task = asyncio.get_running_loop().create_task(self._run(job))
        self._tasks.add(task)
        task.add_done_callback(self._done)

    async def settled(self) -> None:
        """Wait until every job that was taken on is done."""
        while self._tasks:
            await asyncio.wait(self._tasks)

    async def close(self, *, patience: float = 2.0) -> None:
        """Give what is under way ``patience`` seconds, then end it."""
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=patience)
        left = list(self._tasks)
        for task in left:
            task.cancel()
        await asyncio.gather(*left, return_exceptions=True)

    async def _run(self, job: Callable[[], Awaitable[None]]) -> None:
        async with self._places:
            await job()

    def _done(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("a job failed", error=type(error).__name__)
