"""The segments of the audit log: ``000001.jsonl``, ``000002.jsonl``, ..., the last one appended to."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from doorward.audit.chain import BEGINNING, Link, parse_line
from doorward.audit.writing import Position, is_of_access_log, position_of
from doorward.audit_files.disk import Disk

SUFFIX: Final = ".jsonl"


def segment_files(folder: Path) -> list[Path]:
    """The segments in order; none where there is no folder."""
    found = [path for path in folder.glob(f"*{SUFFIX}") if path.stem.isdecimal()]
    return sorted(found, key=lambda path: int(path.stem))


def segment_lines(path: Path) -> Iterator[bytes]:
    """The lines of a segment, read bit by bit."""
    with path.open("rb") as file:
        yield from file


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """Where a log ends: its chain, and how far the access log had been read.

    ``sound`` is False when a line of the last segment cannot be read. ``size`` is how many bytes of that
    segment are whole lines, ``unfinished`` how many follow.
    """

    segment: int = 0
    link: Link = BEGINNING
    read: Position | None = None
    sound: bool = True
    size: int = 0
    unfinished: int = 0


def ending(folder: Path) -> Ending:
    """Where the log in ``folder`` ends. Only the last segment that holds anything is read.

    Raises OSError.
    """
    files = segment_files(folder)
    last = int(files[-1].stem) if files else 0
    for path in reversed(files):
        found = _ending_of(path)
        if found.link != BEGINNING:
            # What an empty or unreadable segment behind it holds is not appended to.
            intact = int(path.stem) == last
            return found if intact else _behind(found, last)
    return _behind(Ending(), last) if last else Ending()


def _behind(found: Ending, last: int) -> Ending:
    return Ending(segment=last, link=found.link, read=found.read, sound=False)


def _ending_of(path: Path) -> Ending:
    link, sound, size, unfinished = BEGINNING, True, 0, 0
    read: Position | None = None
    since = 0
    for text in segment_lines(path):
        if not text.endswith(b"\n"):
            unfinished = len(text)
            break
        size += len(text)
        line = parse_line(text)
        if line is None:
            sound = False
            continue
        link = Link(line.sequence, line.digest)
        if is_of_access_log(line.entry):
            since += 1
        elif (position := position_of(line.entry)) is not None:
            read, since = position, 0
    if read is not None:
        read = replace(read, lines=read.lines + since)
    return Ending(
        segment=int(path.stem),
        link=link,
        read=read,
        sound=sound,
        size=size,
        unfinished=unfinished,
    )


class SegmentFile:
    """The segment that is appended to. Not for several threads at a time.

    Rule: what ``append`` did not take altogether is not in the file afterwards; where even that fails,
    the next ``append`` sees to it first.
    """

    def __init__(self, path: Path, *, size: int, disk: Disk) -> None:
        self._path = path
        self._disk = disk
        self._descriptor: int | None = None
        self.size = size

    @property
    def number(self) -> int:
        """Its place in order, from 1."""
        return int(self._path.stem)

    def append(self, data: bytes, *, durable: bool) -> None:
        """Raises OSError; then nothing was appended."""
        descriptor = self._opened()
        try:
            self._disk.write(descriptor, data)
            if durable:
                self._disk.sync(descriptor)
        except OSError:
            with suppress(OSError):
                os.ftruncate(descriptor, self.size)
            self.close()
            raise
        self.size += len(data)

    def sync(self) -> None:
        """Everything appended is on the disk when this returns. Raises OSError."""
        if self._descriptor is not None:
            self._disk.sync(self._descriptor)

    def is_in_place(self) -> bool:
        """Whether its name still stands for the file that is open; somebody may have removed it."""
        if self._descriptor is None:
            return self.size == 0 or self._path.exists()
        try:
            named, opened = self._path.stat(), os.fstat(self._descriptor)
        except OSError:
            return False
        return (named.st_dev, named.st_ino) == (opened.st_dev, opened.st_ino)

    def close(self) -> None:
        """Let go of the file; the next ``append`` opens it again."""
        descriptor, self._descriptor = self._descriptor, None
        if descriptor is not None:
            os.close(descriptor)

    def _opened(self) -> int:
        if self._descriptor is None:
            flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC | os.O_NOFOLLOW
            descriptor = os.open(self._path, flags, 0o600)
            try:
                if os.fstat(descriptor).st_size > self.size:
                    os.ftruncate(descriptor, self.size)
                _sync_folder(self._path.parent)
            except OSError:
                os.close(descriptor)
                raise
            self._descriptor = descriptor
        return self._descriptor


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
