"""The keeper: brings the edge's access log into the audit log, and signs checkpoints.

Rule: it works in a thread of its own, one small batch at a time; nobody's request waits for it.
Rule: what fails is tried again in the next round, and said once.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Final

import structlog

from doorward.audit.acts import Act, ActName
from doorward.audit.checkpoints import Checkpoint
from doorward.audit.writing import Position, request_entry
from doorward.audit_files.access_log import AccessLog
from doorward.audit_files.log import FileAuditLog
from doorward.model.errors import AccessError
from doorward.ports.audit import AuditCheckpoints
from doorward.ports.clock import Clock

log = structlog.get_logger("audit")

TICK: Final = 0.5
"""Seconds between rounds, as long as the edge keeps its lines back."""
LAST_ROUND: Final = 5.0
"""Seconds for what is left at the end; the rest is read after the next start."""


class Keeper:
    """``reopen`` has the edge open its access log anew. ``begin`` is what to record first."""

    def __init__(
        self,
        audit: FileAuditLog,
        access_log: AccessLog,
        *,
        checkpoints: AuditCheckpoints,
        reopen: Callable[[], Awaitable[None]],
        clock: Clock,
        begin: Act | None = None,
    ) -> None:
        self._audit = audit
        self._access_log = access_log
        self._checkpoints = checkpoints
        self._reopen = reopen
        self._clock = clock
        self._begin = begin
        self._placed = False
        self._unsaved: Checkpoint | None = None
        self._problem = ""

    @property
    def problem(self) -> str:
        """Why the audit log is not kept at this moment, in a sentence; empty while it is."""
        return self._problem

    async def run(self, stop: asyncio.Event) -> None:
        """Keep the log until ``stop``, with a last round and a checkpoint then."""
        while not stop.is_set():
            await self.round(stop)
            try:
                async with asyncio.timeout(TICK):
                    await stop.wait()
            except TimeoutError:
                continue
        await self.round(stop, final=True)
        self._access_log.close()
        self._audit.close()

    async def round(self, stop: asyncio.Event | None = None, *, final: bool = False) -> None:
        """Read what is new, and sign where it is time; everything is tried again in the next round."""
        until = time.monotonic() + LAST_ROUND
        try:
            await asyncio.to_thread(self._place)
            more = True
            while more and (time.monotonic() < until or not (stop and stop.is_set())):
                more = await asyncio.to_thread(self._step)
                await self._sign(final=False)
            if self._access_log.must_reopen():
                await self._reopen()
            await self._sign(final=final)
        except (AccessError, OSError) as error:
            self._say(str(error))
        else:
            self._say("")

    async def _sign(self, *, final: bool) -> None:
        if final or self._audit.is_checkpoint_due():
            self._unsaved = await asyncio.to_thread(self._audit.checkpoint)
        if self._unsaved is not None:
            await self._checkpoints.save(self._unsaved)
            self._unsaved = None

    def _place(self) -> None:
        """Once: find where reading goes on, after a start."""
        if self._begin is not None:
            self._audit.record_now(self._begin)
            self._begin = None
        if self._placed:
            return
        read = self._audit.read
        if not self._access_log.begin(read):
            self._tell_gap("the file that was read last is not there any more, or was cut", read)
        self._placed = True

    def _step(self) -> bool:
        """One batch; whether there may be more."""
        lines = self._access_log.next_lines()
        if lines.lines and lines.read is not None:
            self._take(lines.lines, lines.read)
            return True
        if self._access_log.was_cut():
            self._tell_gap("the file was cut while it was read", self._audit.read)
            self._access_log.close()
            return True
        if self._access_log.is_finished():
            self._audit.sync()
            return self._access_log.finish()
        self._access_log.move_aside()
        return False

    def _take(self, lines: list[bytes], read: Position) -> None:
        now = self._clock.now()
        before = self._audit.read
        try:
            if before is None or before.file != read.file:
                self._audit.begin_file(Position(read.file, 0))
            self._audit.take_requests([request_entry(line, now) for line in lines], read)
        except AccessError:
            self._access_log.begin(self._audit.read)
            raise

    def _tell_gap(self, problem: str, read: Position | None) -> None:
        facts = {"problem": problem, "offset": read.offset if read else 0}
        self._audit.record_now(Act(name=ActName.ACCESS_LOG_GAP, facts=facts))

    def _say(self, problem: str) -> None:
        if problem and problem != self._problem:
            log.error("the audit log is not kept", problem=problem)
        elif self._problem and not problem:
            log.info("the audit log is kept again")
        self._problem = problem
