"""What a part prints: kept in a log file that is rotated, its last lines also in memory.

Rule: writing never fails. A full disk costs log lines; it must not cost the part that printed them.
"""

from __future__ import annotations

import os
import re
import sys
from collections import deque
from pathlib import Path
from typing import BinaryIO, TextIO

ROTATE_AT = 20 * 1024 * 1024
KEEP = 3
TAIL_LINES = 200
TAIL_LINE_BYTES = 4096

CONTROL = re.compile(r"[\x00-\x08\x0a-\x1f\x7f-\x9f]")


def printable(line: str) -> str:
    """``line`` with its control characters spelled out, so that a log cannot steer a terminal."""
    return CONTROL.sub(lambda match: f"\\x{ord(match.group()):02x}", line)


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


class RotatingFile:
    """A file that is appended to and, past ``rotate_at`` bytes, moved aside at the end of a line.

    ``part.log`` becomes ``part.log.1``, that one ``part.log.2``, and so on up to ``keep`` old files.
    """

    def __init__(self, path: Path, *, rotate_at: int = ROTATE_AT, keep: int = KEEP) -> None:
        self._path = path
        self._rotate_at = rotate_at
        self._keep = keep
        self._file: BinaryIO | None = None
        self._size = 0

    def write(self, data: bytes) -> None:
        """Append ``data``. What the disk does not take is lost."""
        try:
            line_end = data.rfind(b"\n") + 1
            self._append(data[:line_end])
            if line_end and self._size >= self._rotate_at:
                self._rotate()
            self._append(data[line_end:])
        except OSError:
            self.close()

    def close(self) -> None:
        """Close the file; the next ``write`` opens it again."""
        file, self._file = self._file, None
        if file is not None:
            file.close()

    def _append(self, data: bytes) -> None:
        if not data:
            return
        if self._file is None:
            # Unbuffered: what was written before a crash is in the file.
            self._file = open(self._path, "ab", buffering=0, opener=_private)  # noqa: SIM115 - Path.open has no opener
            self._size = self._file.tell()
        self._file.write(data)
        self._size += len(data)

    def _rotate(self) -> None:
        self.close()
        for number in range(self._keep, 0, -1):
            older = self._numbered(number)
            newer = self._numbered(number - 1)
            if newer.exists():
                newer.replace(older)

    def _numbered(self, number: int) -> Path:
        return self._path if number == 0 else self._path.with_name(f"{self._path.name}.{number}")


class Output:
    """The output of one run of a part, standard output and standard error as they came."""

    def __init__(self, part: str, file: RotatingFile, *, echo: TextIO | None = None) -> None:
        self._part = part
        self._file = file
        self._echo = echo
        self._lines: deque[str] = deque(maxlen=TAIL_LINES)
        self._unfinished = b""

    def feed(self, data: bytes) -> None:
        """Take bytes as they were read from the part."""
        self._file.write(data)
        *lines, rest = (self._unfinished + data).split(b"\n")
        for line in lines:
            self._keep(line)
        # A part that never ends its line must not fill this process.
        self._unfinished = rest[-TAIL_LINE_BYTES:]

    def finish(self) -> None:
        """The part has ended: its last line needs no newline."""
        if self._unfinished:
            self._keep(self._unfinished)
            self._unfinished = b""
        self._file.close()

    def last_lines(self, count: int = 20) -> list[str]:
        """The last lines of this run, oldest first, safe to show on a terminal."""
        return list(self._lines)[-count:]

    def contains(self, text: str) -> bool:
        """Whether a line with ``text`` is among the last 200 lines of this run."""
        return any(text in line for line in self._lines)

    def _keep(self, line: bytes) -> None:
        text = printable(line[-TAIL_LINE_BYTES:].decode(errors="backslashreplace").rstrip("\r"))
        self._lines.append(text)
        if self._echo is not None:
            print(f"{self._part} | {text}", file=self._echo, flush=True)


def terminal_echo(*, verbose: bool) -> TextIO | None:
    """Where parts' output is echoed to: standard error, if the person asked for it."""
    return sys.stderr if verbose else None
