"""The edge's access log, as it is read while the edge writes it.

The log is one file, and while it is being rotated two: the one moved aside is read to its end before the
new one, and then removed, for all of it is in the audit log. A file is known by its first line.

Rule: a line counts when its line break is there. Half a line at the end of a file that is not written any
more counts as a line.
"""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, Final

from doorward.audit.writing import Position

BATCH: Final = 1024 * 1024
"""Bytes that are read at once. While they are written nobody else's act is, so not more."""
ROTATE_AT: Final = 64 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Lines:
    """What was read: whole lines without their line breaks, and where the next begins."""

    lines: list[bytes] = field(default_factory=list)
    read: Position | None = None


class AccessLog:
    """``path`` is where the edge writes. Every method raises OSError but for a file that is not there."""

    def __init__(self, path: Path, *, rotate_at: int = ROTATE_AT) -> None:
        self._path = path
        self._aside = path.with_name(path.name + ".1")
        self._rotate_at = rotate_at
        self._file: BinaryIO | None = None
        self._name = ""
        self._offset = 0

    def begin(self, read: Position | None) -> bool:
        """Go on where ``read`` says; False when that file, or that much of it, is not there any more.

        Then reading begins with the oldest file that there is.
        """
        self.close()
        if read is None:
            return True
        for path in sorted(self._path.parent.glob(self._path.name + "*")):
            if _name_of(path) == read.file:
                self._open(path)
                return self._skip(read)
        return False

    def next_lines(self) -> Lines:
        """The next whole lines, at most about a batch of them; none for now when there are none."""
        if self._file is None and not self._open_oldest():
            return Lines()
        data = self._data()
        if not data and self.is_finished():
            data = self._data(partial=True)
        if not data:
            return Lines()
        if not self._name:
            self._name = _hash(data.partition(b"\n")[0])
        self._offset += len(data)
        lines = data.removesuffix(b"\n").split(b"\n")
        return Lines(lines, Position(self._name, self._offset))

    def is_finished(self) -> bool:
        """Whether the edge writes to another file by now: it closes the one before first."""
        return self._file is not None and self._path.exists() and not _same(self._path, self._file)

    def finish(self) -> bool:
        """Go on to the next file if this one is read to its end and not written any more.

        What was moved aside is removed; call it only when all that was read is on the disk.
        """
        if self._file is None or not self.is_finished() or self._data() or self._data(partial=True):
            return False
        aside = _same(self._aside, self._file)
        self.close()
        if aside:
            self._aside.unlink(missing_ok=True)
        return True

    def was_cut(self) -> bool:
        """Whether somebody cut the file that is being read."""
        return self._file is not None and os.fstat(self._file.fileno()).st_size < self._offset

    def move_aside(self) -> None:
        """Begin a rotation if the file has grown enough. The edge must then be told to open anew."""
        if self._file is None or self._offset < self._rotate_at:
            return
        if _same(self._path, self._file):
            self._path.rename(self._aside)  # in place of an older one, which was read before this one

    def must_reopen(self) -> bool:
        """Whether the edge writes to a file that was moved, and must be told to open its log anew."""
        return not self._path.exists() and self._aside.exists()

    def close(self) -> None:
        """Let go of the file."""
        file, self._file, self._name, self._offset = self._file, None, "", 0
        if file is not None:
            file.close()

    def _open_oldest(self) -> bool:
        for path in (self._aside, self._path):
            if path.exists():
                self._open(path)
                return True
        return False

    def _open(self, path: Path) -> None:
        self._file = path.open("rb", buffering=0)

    def _skip(self, read: Position) -> bool:
        """To where ``read`` says, whose lines are counted."""
        assert self._file is not None  # noqa: S101 - opened by the caller
        self._name, self._offset = read.file, read.offset
        left = read.lines
        while left and (data := self._data() or self._data(partial=True)):
            lines = data.removesuffix(b"\n").split(b"\n")[:left]
            self._offset += min(sum(len(line) + 1 for line in lines), len(data))
            left -= len(lines)
        found = not left and not self.was_cut()
        if not found:
            self.close()
        return found

    def _data(self, *, partial: bool = False) -> bytes:
        """Whole lines from where reading has got to; with ``partial`` whatever is there."""
        assert self._file is not None  # noqa: S101 - opened by the caller
        size = BATCH
        while True:
            data = os.pread(self._file.fileno(), size, self._offset)
            end = data.rfind(b"\n") + 1
            if end or partial:
                return data[:end] if end else data
            if len(data) < size:
                return b""
            size *= 2  # a line longer than a batch


def _name_of(path: Path) -> str:
    """How a file is known."""
    with path.open("rb") as file:
        return _hash(file.readline().removesuffix(b"\n"))


def _hash(line: bytes) -> str:
    return hashlib.sha256(line).hexdigest()


def _same(path: Path, file: BinaryIO) -> bool:
    try:
        named = path.stat()
    except FileNotFoundError:
        return False
    opened = os.fstat(file.fileno())
    return (named.st_dev, named.st_ino) == (opened.st_dev, opened.st_ino)
