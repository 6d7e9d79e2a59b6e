"""Verifying: from the lines of all segments to the first one that is wrong, and what is wrong with it."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from doorward.audit import writing
from doorward.audit.chain import BEGINNING, Line, Link, follows, parse_line
from doorward.audit.checkpoints import Checkpoint, Keys
from doorward.model.errors import Invalid


@dataclass(frozen=True, slots=True)
class Segment:
    """A file of the log: its name, the number in it, and its lines, each with its line break."""

    name: str
    number: int
    lines: Iterable[bytes]


@dataclass(frozen=True, slots=True, kw_only=True)
class Verified:
    """What verifying found. ``fault`` is a sentence, empty when all is well; ``segment`` and ``line``
    say where.

    ``entries`` were looked at. ``signed`` is the sequence number up to which a checkpoint in the log
    vouches, ``signed_at`` when. ``unfinished`` says that the last line is being written, or was when the
    machine died.
    """

    entries: int = 0
    signed: int = 0
    signed_at: datetime | None = None
    unfinished: bool = False
    segment: str = ""
    line: int = 0
    fault: str = ""


@dataclass(frozen=True, slots=True)
class Known:
    """A checkpoint from outside the log, and where it is from, as in "the database"."""

    checkpoint: Checkpoint
    origin: str


class _Broken(Exception):
    """A fault, at the line that is being looked at."""


def verify(segments: Iterable[Segment], keys: Keys, known: Sequence[Known]) -> Verified:
    """Look at every line once, in order, without keeping any."""
    return _Verification(keys, known).run(segments)


class _Verification:
    def __init__(self, keys: Keys, known: Sequence[Known]) -> None:
        self._keys = keys
        self._known = known
        self._wanted: defaultdict[int, list[Known]] = defaultdict(list)
        for one in known:
            self._wanted[one.checkpoint.sequence].append(one)
        self._link = BEGINNING
        self._signed: Checkpoint | None = None
        self._segment = ""
        self._line = 0
        self._unfinished = False

    def run(self, segments: Iterable[Segment]) -> Verified:
        try:
            for one in self._known:
                self._check_signature(one.checkpoint, f"the checkpoint from {one.origin}: ")
            for expected, segment in enumerate(segments, start=1):
                self._look_at(segment, expected)
            self._check_end()
        except _Broken as broken:
            return self._result(str(broken))
        return self._result("")

    def _result(self, fault: str) -> Verified:
        return Verified(
            entries=self._link.sequence,
            signed=self._signed.sequence if self._signed else 0,
            signed_at=self._signed.time if self._signed else None,
            unfinished=self._unfinished,
            segment=self._segment if fault else "",
            line=self._line if fault else 0,
            fault=fault,
        )

    def _look_at(self, segment: Segment, expected: int) -> None:
        if self._unfinished:
            raise _Broken("the line is unfinished, though another segment follows: its end was cut off")
        self._segment, self._line = segment.name, 0
        if segment.number != expected:
            raise _Broken(f"segment {expected} is missing")
        for number, text in enumerate(segment.lines, start=1):
            self._line = number
            if not text.endswith(b"\n"):
                self._unfinished = True
                return
            self._take(self._checked(text), first=number == 1, segment=segment.number)

    def _checked(self, text: bytes) -> Line:
        line = parse_line(text)
        if line is None:
            raise _Broken("this is not a line of the audit log: it was edited or damaged")
        after = self._link.sequence
        if line.sequence != after + 1:
            raise _Broken(_gap(after, line.sequence))
        if not follows(self._link.digest, line):
            raise _Broken(
                f"entry {line.sequence} does not fit its hash: it was edited, or exchanged, or stands "
                "after another entry than when it was written"
            )
        return line

    def _take(self, line: Line, *, first: bool, segment: int) -> None:
        is_segment = line.entry.startswith(writing.SEGMENT)
        if is_segment != first or (first and json.loads(line.entry).get("segment") != segment):
            raise _Broken(f"the line does not belong at this place of segment {segment}: it was moved")
        if line.entry.startswith(writing.CHECKPOINT):
            self._check_checkpoint(line)
        self._link = Link(line.sequence, line.digest)
        for known in self._wanted.get(line.sequence, ()):
            if known.checkpoint.digest != line.digest:
                raise _Broken(
                    f"entry {line.sequence} has another hash than the signed checkpoint from {known.origin} "
                    "says: it, or an entry before it, was exchanged and the hashes were computed anew"
                )

    def _check_checkpoint(self, line: Line) -> None:
        try:
            checkpoint = Checkpoint.from_json(json.loads(line.entry).get("checkpoint"))
        except (Invalid, ValueError):
            raise _Broken(f"entry {line.sequence} is a checkpoint that cannot be read") from None
        self._check_signature(checkpoint, f"the checkpoint in entry {line.sequence} does not count: ")
        if (checkpoint.sequence, checkpoint.digest) != (self._link.sequence, self._link.digest):
            raise _Broken(
                f"the checkpoint in entry {line.sequence} was signed for other entries than those before "
                "it: they were exchanged and the hashes computed anew, or it was moved"
            )
        self._signed = checkpoint

    def _check_signature(self, checkpoint: Checkpoint, words: str) -> None:
        problem = self._keys.problem(checkpoint)
        if problem:
            raise _Broken(words + problem)

    def _check_end(self) -> None:
        for one in sorted(self._known, key=lambda k: k.checkpoint.sequence):
            if one.checkpoint.sequence > self._link.sequence:
                raise _Broken(
                    f"the log ends with entry {self._link.sequence}, but the signed checkpoint from "
                    f"{one.origin} vouches for {one.checkpoint.sequence} entries: its end was cut off"
                )


def _gap(after: int, found: int) -> str:
    if found <= after:
        return f"entry {found} stands after entry {after}: entries were repeated or reordered"
    missing = found - after - 1
    which = f"entry {after + 1} is" if missing == 1 else f"entries {after + 1} to {found - 1} are"
    return f"{which} missing before entry {found}: removed or reordered"


def with_numbers(names: Iterable[tuple[str, Iterable[bytes]]]) -> Iterator[Segment]:
    """Segments with the numbers that their names begin with; 0 for a name without one."""
    for name, lines in names:
        digits = name.partition(".")[0]
        yield Segment(name, int(digits) if digits.isdecimal() else 0, lines)
