"""The chain: each line of the audit log holds a hash of everything before it.

A line is ``{"sequence":N,"hash":"H","entry":{...}}`` in exactly this layout, where ``H`` is
``SHA-256(previous hash || the entry's bytes)`` in hexadecimal digits, the previous hash as its 32
bytes (zeros before the first). Nobody can change, add, remove or reorder a line without changing the
hashes of all that follow.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

_LINE: Final = re.compile(rb'\{"sequence":([1-9][0-9]{0,17}),"hash":"([0-9a-f]{64})","entry":(\{.*\})\}\n')


@dataclass(frozen=True, slots=True)
class Link:
    """Where a chain has got to: the last line's sequence number, and its hash."""

    sequence: int
    digest: bytes


BEGINNING: Final = Link(0, bytes(32))


@dataclass(frozen=True, slots=True)
class Line:
    """A line taken apart. ``digest`` is what it claims; ``entry`` is JSON text."""

    sequence: int
    digest: bytes
    entry: bytes


def chained(after: Link, entries: Sequence[bytes]) -> tuple[Link, bytes]:
    """The lines for these entries, and where the chain has got to with them.

    Each entry is a JSON object without a line break. This runs for every request that people make.
    """
    sequence, digest = after.sequence, after.digest
    sha256 = hashlib.sha256
    lines: list[bytes] = []
    for entry in entries:
        sequence += 1
        digest = sha256(digest + entry).digest()
        lines.append(b'{"sequence":%d,"hash":"%s","entry":%s}\n' % (sequence, digest.hex().encode(), entry))
    return Link(sequence, digest), b"".join(lines)


def follows(digest: bytes, line: Line) -> bool:
    """Whether the line's hash is the right one after ``digest``."""
    return hashlib.sha256(digest + line.entry).digest() == line.digest


def parse_line(line: bytes) -> Line | None:
    """A line taken apart; None for what is not one."""
    found = _LINE.fullmatch(line)
    if found is None:
        return None
    sequence, digest, entry = found.groups()
    return Line(int(sequence), bytes.fromhex(digest.decode()), entry)
