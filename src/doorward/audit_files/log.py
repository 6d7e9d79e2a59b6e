"""The audit log in files: acts durably, requests in batches, checkpoints between them.

Rule: one process writes, from any of its threads, one append at a time.
Rule: what cannot be written raises Unavailable and leaves the log as it was; the next attempt may
succeed, without anything being opened anew.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Final

from doorward.audit.acts import Act, ActName
from doorward.audit.chain import Link, chained
from doorward.audit.checkpoints import Checkpoint, Signer
from doorward.audit.writing import Position, act_entry, checkpoint_entry, read_entry, segment_entry
from doorward.audit_files.disk import Disk
from doorward.audit_files.segments import SUFFIX, Ending, SegmentFile, ending
from doorward.model.errors import Unavailable
from doorward.ports.clock import Clock

SEGMENT_SIZE: Final = 64 * 1024 * 1024
"""Bytes after which the next segment is begun."""
EVERY_ENTRIES: Final = 10_000
EVERY_SECONDS: Final = 60.0
"""A checkpoint comes after so many entries, or so long after the one before while entries come."""


class FileAuditLog:
    """``ports.audit.AuditLog`` in a folder, which must exist.

    Raises Unavailable when what is in the folder cannot be read.
    """

    def __init__(
        self,
        folder: Path,
        *,
        signer: Signer,
        clock: Clock,
        disk: Disk | None = None,
        segment_size: int = SEGMENT_SIZE,
    ) -> None:
        self._folder = folder
        self._signer = signer
        self._clock = clock
        self._disk = disk or Disk()
        self._segment_size = segment_size
        self._lock = threading.Lock()
        try:
            found = ending(folder)
        except OSError as error:
            raise Unavailable(f"the audit log in {folder} cannot be read: {error.strerror}") from None
        self._link = found.link
        self._read = found.read
        self._file = self._segment(found)
        self._mended = found.unfinished
        self._signed: Checkpoint | None = None

    # --- acts -----------------------------------------------------------------------------------

    async def record(self, *acts: Act) -> int:
        """See ``AuditLog.record``."""
        return await asyncio.to_thread(self.record_now, *acts)

    def record_now(self, *acts: Act) -> int:
        """The same, in this thread."""
        now = self._clock.now()
        entries = [act_entry(act, now) for act in acts]
        with self._lock:
            self._append(entries, now, durable=True)
            return self._link.sequence

    # --- requests -------------------------------------------------------------------------------

    @property
    def read(self) -> Position | None:
        """How far the access log was read; None before its first line."""
        return self._read

    def take_requests(self, entries: Sequence[bytes], read: Position) -> None:
        """Append these entries; with them the access log is read up to ``read``. They are on the disk
        after ``sync``, or the next checkpoint. Raises Unavailable."""
        with self._lock:
            self._append(entries, self._clock.now(), durable=False)
            self._read = read

    def sync(self) -> None:
        """Everything that was taken is on the disk when this returns. Raises Unavailable."""
        with self._lock, self._refusing():
            self._file.sync()

    def begin_file(self, read: Position) -> None:
        """Another file of the access log is read from now on. Durable. Raises Unavailable."""
        now = self._clock.now()
        with self._lock:
            self._append([read_entry(read, now)], now, durable=True)
            self._read = read

    # --- checkpoints ----------------------------------------------------------------------------

    @property
    def sequence(self) -> int:
        """The number of the last entry."""
        return self._link.sequence

    def checkpoint(self) -> Checkpoint:
        """Sign everything so far, durably. Without anything new it is the one from before.

        Raises Unavailable.
        """
        now = self._clock.now()
        with self._lock, self._refusing():
            if self._signed is not None and self._signed.sequence == self._link.sequence - 1:
                return self._signed
            self._file.sync()  # what is signed is on the disk
            file, link, head = self._place(now)
            signed = self._signer.sign(link, now)
            link, data = chained(link, [checkpoint_entry(signed, self._read)])
            self._write(file, link, head + data, durable=True)
            self._signed = signed
            return signed

    def is_checkpoint_due(self) -> bool:
        """Whether enough was written, or time gone by, since the last checkpoint of this process."""
        signed = self._signed
        if signed is None:
            return self._link.sequence > 0
        unsigned = self._link.sequence - signed.sequence - 1
        if unsigned <= 0:
            return False
        # A clock that was set back makes one due as well.
        age = abs((self._clock.now() - signed.time).total_seconds())
        return unsigned >= EVERY_ENTRIES or age >= EVERY_SECONDS

    def close(self) -> None:
        """Let go of the file."""
        with self._lock:
            self._file.close()

    # --- the file -------------------------------------------------------------------------------

    def _append(self, entries: Sequence[bytes], now: datetime, *, durable: bool) -> None:
        with self._refusing():
            file, link, head = self._place(now)
            link, data = chained(link, entries)
            self._write(file, link, head + data, durable=durable)

    def _place(self, now: datetime) -> tuple[SegmentFile, Link, bytes]:
        """The segment that takes the next entries, with what must stand before them."""
        file = self._file
        if not file.is_in_place():
            file = self._next(file)
        elif file.size >= self._segment_size:
            file.sync()
            file = self._next(file)
        head = [segment_entry(file.number, now, self._read)] if not file.size else []
        if self._mended:
            head.append(act_entry(Act(name=ActName.LOG_MENDED, facts={"bytes": self._mended}), now))
        return file, *chained(self._link, head)

    def _write(self, file: SegmentFile, link: Link, data: bytes, *, durable: bool) -> None:
        try:
            file.append(data, durable=durable)
        except OSError:
            if file is not self._file:
                file.close()
            raise
        if file is not self._file:
            self._file.close()
        self._file, self._link, self._mended = file, link, 0

    @contextmanager
    def _refusing(self) -> Iterator[None]:
        """Within, what the disk does not take is Unavailable."""
        try:
            yield
        except OSError as error:
            raise Unavailable(
                f"the audit log in {self._folder} cannot be written ({error.strerror}), and what cannot be "
                "written there is not done: nothing was changed; make room on that disk, or see to the "
                "folder's owner and mode, and try again"
            ) from None

    def _segment(self, found: Ending) -> SegmentFile:
        number = found.segment if found.sound and found.segment else found.segment + 1
        size = found.size if number == found.segment else 0
        return SegmentFile(self._path(number), size=size, disk=self._disk)

    def _next(self, file: SegmentFile) -> SegmentFile:
        return SegmentFile(self._path(file.number + 1), size=0, disk=self._disk)

    def _path(self, number: int) -> Path:
        return self._folder / f"{number:06}{SUFFIX}"
