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
from doorward.audit.entries import ActEntry, DecisionEntry, Entry, entry_of
from doorward.audit.instants import parse_instant
from doorward.audit.verification import Known, Verified, verify, with_numbers
from doorward.audit.writing import REQUEST, SEGMENT
from doorward.audit_files.segments import segment_files, segment_lines


def entries(folder: Path, since: datetime | None = None, *, all_acts: bool = False) -> Iterator[Entry]:
    """The entries whose time is ``since`` or later, in the order in which they were written; with
    ``all_acts`` also every act from before, for who must know what was so at ``since``.

    A request is written when it ends but has the time when it began. Raises OSError.
    """
    files = segment_files(folder)
    recent = _from(files, since)
    for path in files if all_acts else recent:
        for text in segment_lines(path):
            if path not in recent and _is_request(text):
                continue  # parsing them is what takes the time
            entry = _entry(text)
            if entry is None:
                continue
            if since is None or entry.time >= since or (all_acts and isinstance(entry, ActEntry)):
                yield entry


def acts(folder: Path) -> Iterator[ActEntry]:
    """Every act, in the order in which they were written. Raises OSError."""
    for path in segment_files(folder):
        for text in segment_lines(path):
            entry = None if _is_request(text) else _entry(text)
            if isinstance(entry, ActEntry):
                yield entry


def decision_of(folder: Path, request_id: str) -> DecisionEntry | None:
    """The decision about a request, the first where a page of Doorward's own told of it; None where no
    request has this id. Raises OSError."""
    written = json.dumps(request_id).encode()
    for path in segment_files(folder):
        for text in segment_lines(path):
            entry = _entry(text) if written in text else None
            if isinstance(entry, DecisionEntry) and entry.request_id == request_id:
                return entry
    return None


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


def _is_request(text: bytes) -> bool:
    """Whether the line holds a request, by its bytes alone. What looks like one inside an act has its quotes
    escaped."""
    return b'"entry":' + REQUEST in text


def _entry(text: bytes) -> Entry | None:
    line = parse_line(text)
    if line is None:
        return None
    try:
        return entry_of(line.sequence, line.entry)
    except (ValueError, KeyError, TypeError):
        return None
