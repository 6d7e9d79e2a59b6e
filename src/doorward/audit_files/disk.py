"""What the audit log asks of the disk, in one place, so that tests can give it a full one."""

from __future__ import annotations

import os


class Disk:
    """The operating system's. Every method raises OSError."""

    def write(self, descriptor: int, data: bytes) -> None:
        """Write all of ``data``."""
        view = memoryview(data)
        while view:
            view = view[os.write(descriptor, view) :]

    def sync(self, descriptor: int) -> None:
        """Wait until everything written is on the disk."""
        os.fdatasync(descriptor)
