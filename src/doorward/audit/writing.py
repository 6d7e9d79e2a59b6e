"""What goes into the audit log, as bytes: one JSON object an entry, on one line.

The first key says what an entry is, so that a reader need not parse those it does not want:

- ``application``: a request, letter for letter as the edge wrote it in its access log;
- ``unreadable``: a line of the access log that is not what the edge writes, kept as a text;
- ``act``: what somebody did;
- ``segment``, ``checkpoint``, ``read``: the log's own book-keeping.

Rule: each line of the access log becomes exactly one entry, in order. So the log itself says how far the
access log was read: to the last ``read`` position, and as many lines more as entries follow it.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from doorward.audit.acts import Act
from doorward.audit.checkpoints import Checkpoint
from doorward.audit.instants import written_instant

REQUEST: Final = b'{"application":'
UNREADABLE: Final = b'{"unreadable":'
ACT: Final = b'{"act":'
SEGMENT: Final = b'{"segment":'
CHECKPOINT: Final = b'{"checkpoint":'
READ: Final = b'{"read":'


@dataclass(frozen=True, slots=True)
class Position:
    """How far the edge's access log was read: ``file`` is the SHA-256 of its first line, which no two
    files share, ``offset`` counts bytes, and ``lines`` how many lines more were read after those."""

    file: str
    offset: int
    lines: int = 0


def act_entry(act: Act, now: datetime) -> bytes:
    """An act. Raises TypeError for facts that JSON cannot say."""
    return _json({"act": str(act.name), "time": written_instant(now), "by": act.by, "facts": dict(act.facts)})


def segment_entry(number: int, now: datetime, read: Position | None) -> bytes:
    """The first line of each segment."""
    return _json({"segment": number, "time": written_instant(now), "read": _position(read)})


def checkpoint_entry(checkpoint: Checkpoint, read: Position | None) -> bytes:
    """A signed checkpoint of all lines before it."""
    found = checkpoint.as_json()
    return _json({"checkpoint": found, "time": found["time"], "read": _position(read)})


def read_entry(read: Position, now: datetime) -> bytes:
    """Another file of the access log is read from now on."""
    return _json({"read": _position(read), "time": written_instant(now)})


def request_entry(line: bytes, now: datetime) -> bytes:
    """The entry for one line of the access log, without its line break.

    A line that was torn when the edge or the machine died, with a whole one after it, gives the whole
    one with the rest as ``torn``. What is not the edge's at all is kept as a text.
    """
    if _is_request(line):
        return line
    begins = line.rfind(REQUEST)
    if begins > 0 and _is_request(line[begins:]):
        torn = json.dumps(line[:begins].decode(errors="backslashreplace"))
        return b'%s,"torn":%s}' % (line[begins:-1], torn.encode())
    text = line.decode(errors="backslashreplace")
    return _json({"unreadable": text, "time": written_instant(now)})


def is_of_access_log(entry: bytes) -> bool:
    """Whether this entry stands for a line of the access log."""
    return entry.startswith((REQUEST, UNREADABLE))


def position_of(entry: bytes) -> Position | None:
    """How far the access log had been read by this entry, where it says so."""
    if not entry.startswith((SEGMENT, CHECKPOINT, READ)):
        return None
    found = json.loads(entry).get("read")
    return Position(found["file"], found["offset"], found["lines"]) if found else None


def _is_request(line: bytes) -> bool:
    # Control characters are refused by the parser, so a line that passes is one line in any viewer.
    if not line.startswith(REQUEST):
        return False
    try:
        json.loads(line.decode())
    except ValueError:
        return False
    return True


def _position(read: Position | None) -> dict[str, object] | None:
    return {"file": read.file, "offset": read.offset, "lines": read.lines} if read else None


def _json(content: dict[str, object]) -> bytes:
    return json.dumps(content, separators=(",", ":")).encode()
