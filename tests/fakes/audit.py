"""An audit log in memory, and disks that are full."""

from __future__ import annotations

import errno
import json
import os
from typing import Any

from doorward.audit.acts import Act, ActName
from doorward.audit.checkpoints import Checkpoint
from doorward.audit.writing import act_entry
from doorward.audit_files.disk import Disk
from doorward.model.errors import Unavailable
from tests.fakes.clock import START


class FakeAuditLog:
    """Remembers acts. While ``full`` it takes none."""

    def __init__(self) -> None:
        self.acts: list[Act] = []
        self.full = False

    async def record(self, *acts: Act) -> int:
        if self.full:
            raise Unavailable("the audit log cannot be written: nothing was changed; make room")
        for act in acts:
            act_entry(act, START)  # refuses what a file could not take either
        self.acts.extend(acts)
        return len(self.acts)

    @property
    def names(self) -> list[ActName]:
        return [act.name for act in self.acts]

    def last(self, name: ActName) -> dict[str, Any]:
        """The facts of the last act of this name, as they would be read."""
        facts = next(act.facts for act in reversed(self.acts) if act.name is name)
        return dict(json.loads(json.dumps(facts)))


class FakeAuditCheckpoints:
    """Keeps one."""

    def __init__(self) -> None:
        self.kept: Checkpoint | None = None
        self.error: Unavailable | None = None

    async def newest(self) -> Checkpoint | None:
        return self.kept

    async def save(self, checkpoint: Checkpoint) -> None:
        if self.error is not None:
            raise self.error
        if self.kept is None or self.kept.sequence < checkpoint.sequence:
            self.kept = checkpoint


class FullDisk(Disk):
    """Takes ``room`` bytes more, the last of them in the middle of a line, and then no more."""

    def __init__(self, room: int | None = None) -> None:
        self.room = room
        self.syncs = True

    def write(self, descriptor: int, data: bytes) -> None:
        if self.room is not None and len(data) > self.room:
            os.write(descriptor, data[: self.room])
            self.room = 0
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        if self.room is not None:
            self.room -= len(data)
        super().write(descriptor, data)

    def sync(self, descriptor: int) -> None:
        if not self.syncs:
            raise OSError(errno.EIO, os.strerror(errno.EIO))
        super().sync(descriptor)
