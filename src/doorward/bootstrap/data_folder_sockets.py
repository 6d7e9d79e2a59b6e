"""Reaching a unix socket in a folder with a long path, from a process that works elsewhere.

The address of a unix socket has room for 107 bytes (unix(7)). Parts avoid that by working in the data
folder; a command-line client works where the person is.
"""

from __future__ import annotations

import os
from pathlib import Path

from doorward.model.errors import Unavailable

LONGEST_ADDRESS = 107

# Open folders by device and inode. They stay open: a client connects again later by the same address.
_open_folders: dict[tuple[int, int], int] = {}


def socket_address(path: Path) -> str:
    """An address for the socket at ``path`` that this process can connect to.

    The path itself where it is short enough, else a way through an open file of this process. It means
    nothing to another process.

    Raises Unavailable when the path is too long and its folder cannot be opened.
    """
    path = path.absolute()
    if len(os.fsencode(path)) <= LONGEST_ADDRESS:
        return str(path)
    return f"/proc/self/fd/{_opened(path.parent)}/{path.name}"


def _opened(folder: Path) -> int:
    try:
        descriptor = os.open(folder, os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC)
    except OSError as error:
        raise Unavailable(f"{folder} cannot be opened: {error.strerror}") from None
    status = os.fstat(descriptor)
    kept = _open_folders.setdefault((status.st_dev, status.st_ino), descriptor)
    if kept != descriptor:
        os.close(descriptor)
    return kept
