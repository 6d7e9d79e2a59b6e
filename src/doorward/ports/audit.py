"""What services need of the audit log: that an act is written before it takes effect."""

from __future__ import annotations

from typing import Protocol

from doorward.audit.acts import Act
from doorward.audit.checkpoints import Checkpoint


class AuditLog(Protocol):
    """Takes acts."""

    async def record(self, *acts: Act) -> int:
        """Write them, all or none; they are on the disk when this returns. Returns the sequence number
        of the last.

        Raises Unavailable when they cannot be written: the caller must then change nothing.
        """
        ...


class AuditCheckpoints(Protocol):
    """The newest checkpoint, kept apart from the log, so that cutting the log off is found."""

    async def newest(self) -> Checkpoint | None:
        """None before the first."""
        ...

    async def save(self, checkpoint: Checkpoint) -> None:
        """Keep it in place of older ones. An older one than that which is kept changes nothing."""
        ...
