"""How this process's memory allocator keeps what large transfers free.

glibc gives freed memory back to the kernel eagerly. A transfer allocates and frees a few hundred KiB for
each write, and every page that comes back costs a fault: measured, a download then took up to 1.7 times
the processor time in the process that reads it. See mallopt(3).
"""

from __future__ import annotations

import ctypes
from typing import Final

TRIM_THRESHOLD: Final = -1
TOP_PAD: Final = -2
MMAP_THRESHOLD: Final = -3
KEPT: Final = 16 * 1024 * 1024
"""Bytes of freed memory that may stay with the process."""
SETTINGS: Final = ((TRIM_THRESHOLD, KEPT), (TOP_PAD, 1024 * 1024), (MMAP_THRESHOLD, 4 * 1024 * 1024))


def keep_freed_memory() -> bool:
    """Set it for this process; return whether the C library can do that (musl cannot)."""
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is None:
        return False
    return all(mallopt(name, value) == 1 for name, value in SETTINGS)
