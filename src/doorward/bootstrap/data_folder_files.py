"""Writing files so that a crash leaves the old content or the new one, never a half."""

from __future__ import annotations

import os
import secrets
from pathlib import Path


def write_atomically(path: Path, data: bytes, *, mode: int, durable: bool = True) -> None:
    """Put ``data`` at ``path``, replacing what was there. ``durable`` waits until it is on the disk.

    Raises OSError; then the old content is still there.
    """
    temporary = _write_beside(path, data, mode=mode, durable=durable)
    try:
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    if durable:
        _sync_folder(path.parent)


def create_atomically(path: Path, data: bytes, *, mode: int) -> None:
    """Put ``data`` at ``path`` if nothing is there, durably. Of two callers at a time one succeeds.

    Raises FileExistsError, or another OSError.
    """
    temporary = _write_beside(path, data, mode=mode, durable=True)
    try:
        os.link(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)
    _sync_folder(path.parent)


def _write_beside(path: Path, data: bytes, *, mode: int, durable: bool) -> Path:
    # In the same folder, or renaming it could not be atomic.
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, mode)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            if durable:
                os.fsync(file.fileno())
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    return temporary


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
