"""Reading the audit log: typed entries since an instant, without looking at segments from before it.

A line that somebody damaged is left out here; ``doorward audit verify`` tells of it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path

from doorward.audit.chain import parse_line
from doorward.audit.checkpoints import Keys
from doorward.audit.entries import Entry, entry_of
from doorward.audit.instants import parse_instant
from doorward.audit.verification import Known, Verified, verify, with_numbers
from doorward.audit.writing import SEGMENT
from doorward.audit_files.segments import segment_files, segment_lines


def entries(folder: Path, since: datetime | None = None) -> Iterator[Entry]:
    """The entries whose time is ``since`` or later, in the order in which they were written.

    A request is written when it ends but has the time when it began. Raises OSError.
    """
    for path in _from(segment_files(folder), since):
        for text in segment_lines(path):
            entry = _entry(text)
            if entry is not None and (since is None or entry.time >= since):
                yield entry


def verify_folder(folder: Path, keys: Keys, known: Sequence[Known]) -> Verified:
    """Verify all segments in ``folder``. Raises OSError."""
    named = ((path.name, segment_lines(path)) for path in segment_files(folder))
    return verify(with_numbers(named), keys, known)


def _from(files: Sequence[Path], since: datetime | None) -> Sequence[Path]:
    """Without the segments that ended before ``since``: everything in them was written, and so had
    happened, before the next one began."""
    if since is None:
        return files
    first = 0
    for number, path in enumerate(files):
        begun = _begun(path)
        if begun is not None and begun < since:
            first = number
    return files[first:]


def _begun(path: Path) -> datetime | None:
    with path.open("rb") as file:
        line = parse_line(file.readline())
    if line is None or not line.entry.startswith(SEGMENT):
        return None
    try:
        return parse_instant(json.loads(line.entry)["time"])
    except (ValueError, KeyError):
        return None


def _entry(text: bytes) -> Entry | None:
    line = parse_line(text)
    if line is None:
        return None
    try:
        return entry_of(line.sequence, line.entry)
    except (ValueError, KeyError, TypeError):
        return None
