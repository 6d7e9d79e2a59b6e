"""Walking the tree: a node together with its field path, and the list of what was wrong so far.

Rule: a wrong value is noted and reading goes on with a stand-in, so that a person sees everything
that is wrong at once. ``Notes.finish`` raises before any stand-in can be seen outside.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from types import MappingProxyType
from typing import TypeVar

from doorward.declaration.errors import DeclarationInvalid, Problem
from doorward.declaration.nodes import ListNode, MapNode, Node, Place, TextNode, nearest_place, wrong_kind
from doorward.model.errors import Invalid

T = TypeVar("T")

LONGEST_PROBLEM = 1000


class Notes:
    """What is wrong with a file, so far."""

    def __init__(self, file: str, places: Mapping[str, Place]) -> None:
        self.file = file
        self.places = places
        self._problems: list[Problem] = []

    def note(self, error: Invalid) -> None:
        """Remember what is wrong, with the place that its field path leads to."""
        self._problems.append(located(self.file, self.places, error))

    def note_all(self, problems: Sequence[Problem]) -> None:
        """Remember problems that have their place already."""
        self._problems.extend(problems)

    def finish(self) -> None:
        """Raises DeclarationInvalid when anything was noted."""
        if self._problems:
            raise DeclarationInvalid(self._problems)


def located(file: str, places: Mapping[str, Place], error: Invalid) -> Problem:
    """``error`` as a problem of the file, at the place that its field path leads to."""
    place = nearest_place(places, error.field)
    return Problem(
        file=file,
        line=place.line,
        column=place.column,
        field=error.field,
        problem=shorten(error.problem),
    )


def shorten(problem: str) -> str:
    """``problem`` in a length that people read, whatever the file holds."""
    return problem if len(problem) <= LONGEST_PROBLEM else f"{problem[:LONGEST_PROBLEM]}…"


class Reading(Notes):
    """Everything that one pass over a file shares.

    ``read_file`` gives the text of a file that the access file names, and raises OSError or
    UnicodeError; ``environment`` holds the variables that it may name.
    """

    def __init__(
        self,
        file: str,
        places: Mapping[str, Place],
        *,
        read_file: Callable[[str], str],
        environment: Mapping[str, str],
    ) -> None:
        super().__init__(file, places)
        self.read_file = read_file
        self.environment = environment


@dataclass(frozen=True, slots=True)
class At:
    """One node and the path that leads to it."""

    node: Node
    path: str
    reading: Reading

    def wrong(self, problem: str) -> Invalid:
        """An error about this very node."""
        return Invalid(self.path, problem)

    def text(self) -> str:
        """The scalar's text. Raises Invalid when it is empty, a list or a mapping."""
        if not isinstance(self.node, TextNode):
            raise wrong_kind(self.path, self.node, "a single value")
        if self.node.is_empty:
            raise self.wrong("is empty: give a value, or leave the field out")
        return self.node.text

    def items(
        self, read: Callable[[At], T], *, unique: Mapping[str, Callable[[T], str]] = MappingProxyType({})
    ) -> tuple[T, ...]:
        """Every item of a list, read by ``read``; wrong ones are noted and left out.

        ``unique`` names the fields whose values no two items may share (empty ones may be).
        Raises Invalid when this is no list.
        """
        if not isinstance(self.node, ListNode):
            raise wrong_kind(self.path, self.node, "a list, each item on a line that begins with '- '")
        found: list[T] = []
        first: dict[tuple[str, str], str] = {}
        for index, node in enumerate(self.node.items):
            at = At(node, f"{self.path}[{index}]", self.reading)
            try:
                item = read(at)
            except Invalid as error:
                self.reading.note(error)
                continue
            found.append(item)
            for field, value_of in unique.items():
                at.note_repeated(first, field, value_of(item))
        return tuple(found)

    def note_repeated(self, first: dict[tuple[str, str], str], field: str, value: str) -> None:
        """Note that the value of this item's ``field`` stood earlier; ``first`` remembers where."""
        path = f"{self.path}.{field}"
        before = first.setdefault((field, value), path)
        if value and before != path:
            line = nearest_place(self.reading.places, before).line
            self.reading.note(Invalid(path, f"{value!r} stands on line {line} already: give each its own"))

    def mapping(self) -> Mapping[str, Node]:
        """A mapping's entries, whatever their names. Raises Invalid when this is no mapping."""
        if not isinstance(self.node, MapNode):
            raise wrong_kind(self.path, self.node, "a mapping, each field on a line like 'name: value'")
        return self.node.entries

    def fields(self, allowed: Sequence[str]) -> Fields:
        """A mapping's fields, of which only ``allowed`` may be there; others are noted.

        Raises Invalid when this is no mapping.
        """
        fields = Fields(self, self.mapping())
        for name in fields.entries:
            if name not in allowed:
                self.reading.note(unknown(fields.path(name), name, allowed, noun="a field"))
        return fields


@dataclass(frozen=True, slots=True)
class Fields:
    """The fields of one mapping. Each method notes what is wrong and gives a stand-in instead."""

    at: At
    entries: Mapping[str, Node]

    def __contains__(self, name: str) -> bool:
        return name in self.entries

    def path(self, name: str) -> str:
        """The path of the field ``name``."""
        return f"{self.at.path}.{name}" if self.at.path else name

    def required(self, name: str, read: Callable[[At], T], *, instead: T) -> T:
        """The field, which must be there; ``instead`` is the stand-in."""
        if name not in self.entries:
            self.at.reading.note(Invalid(self.path(name), "is missing: this field is required"))
        return self.optional(name, read, instead)

    def optional(self, name: str, read: Callable[[At], T], default: T) -> T:
        """The field, or ``default`` where it was left out."""
        if name not in self.entries:
            return default
        try:
            return read(At(self.entries[name], self.path(name), self.at.reading))
        except Invalid as error:
            self.at.reading.note(error)
            return default


def unknown(path: str, given: str, allowed: Sequence[str], *, noun: str) -> Invalid:
    """The error for a word that is not one of those allowed, with the likeliest one meant."""
    close = get_close_matches(given, allowed, n=1)
    hint = f"did you mean {close[0]!r}? " if close else ""
    listed = ", ".join(allowed) if allowed else "there is none"
    return Invalid(path, f"{given[:60]!r} is not {noun} here: {hint}allowed: {listed}")
