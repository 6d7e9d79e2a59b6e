"""The text of an access file becomes a tree of nodes; YAML ends here.

Rule: of YAML only what needs no imagination is used. Anchors, aliases, tags and several documents
are refused: one cannot smuggle a large tree in a small file, and a password such as ``&x1`` is
refused instead of being cut short.
Rule: PyYAML's own error messages may quote the file, and the file holds secrets, so they are not
passed on.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NoReturn, Protocol

import yaml

from doorward.declaration.errors import DeclarationInvalid, Problem
from doorward.declaration.nodes import ListNode, MapNode, Node, Place, TextNode

MAX_BYTES = 4 * 1024 * 1024
MAX_DEPTH = 16
MAX_NODES = 250_000
MAX_KEY = 100


class _Mark(Protocol):
    """A position as both of PyYAML's parsers give it, counted from 0."""

    line: int
    column: int


_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_QUOTE = "put quotes around the value if it is meant as text"


def read_document(text: str, *, file: str) -> tuple[Node, list[Problem]]:
    """Return the tree and the duplicate keys that were found (the first of each counts).

    Raises:
        DeclarationInvalid: the text is too large, too deep, empty, not YAML, or uses what is
            refused here.
    """
    return _Document(file, text).read()


class _Document:
    """Builds the tree from PyYAML's events, so that limits hold before anything large exists."""

    def __init__(self, file: str, text: str) -> None:
        self._file = file
        self._text = text
        self._events: Iterator[yaml.Event] = iter(())
        self._nodes = 0
        self._duplicates: list[Problem] = []

    def read(self) -> tuple[Node, list[Problem]]:
        self._check_characters()
        self._events = yaml.parse(self._text, Loader=_Loader)
        try:
            return self._one_document(), self._duplicates
        except yaml.MarkedYAMLError as error:
            self._not_yaml(error)
        except yaml.reader.ReaderError as error:
            self._bad_character(error.position)

    def _check_characters(self) -> None:
        try:
            size = len(self._text.encode())
        except UnicodeEncodeError as error:
            self._bad_character(error.start)
        if size > MAX_BYTES:
            self._refuse(Place(1, 1), f"the file is larger than {MAX_BYTES // 1024**2} MB")

    def _one_document(self) -> Node:
        next(self._events)  # the stream begins
        if isinstance(next(self._events), yaml.StreamEndEvent):
            self._refuse(Place(1, 1), "the file is empty: begin it with 'version: 1'")
        root = self._node(next(self._events), path="", depth=0)
        next(self._events)  # the document ends
        after = next(self._events)
        if not isinstance(after, yaml.StreamEndEvent):
            self._refuse(_place(after.start_mark), "a second document begins here: keep everything in one")
        return root

    def _node(self, event: yaml.Event, *, path: str, depth: int) -> Node:
        place = _place(event.start_mark)
        self._nodes += 1
        if self._nodes > MAX_NODES:
            self._refuse(place, f"the file holds more than {MAX_NODES} values")
        if depth > MAX_DEPTH:
            self._refuse(place, f"lists and mappings are nested more than {MAX_DEPTH} deep")
        self._check_plain(event, place)
        if isinstance(event, yaml.ScalarEvent):
            return TextNode(place, event.value, plain=event.implicit[0])
        if isinstance(event, yaml.SequenceStartEvent):
            return self._list(place, path, depth)
        return self._mapping(place, path, depth)

    def _check_plain(self, event: yaml.Event, place: Place) -> None:
        if isinstance(event, yaml.AliasEvent):
            self._refuse(place, f"aliases (*name) are not used in this file: {_QUOTE}")
        if getattr(event, "anchor", None) is not None:
            self._refuse(place, f"anchors (&name) are not used in this file: {_QUOTE}")
        if getattr(event, "tag", None) is not None:
            self._refuse(place, f"tags (!name) are not used in this file: {_QUOTE}")

    def _list(self, place: Place, path: str, depth: int) -> ListNode:
        items: list[Node] = []
        while not isinstance(event := next(self._events), yaml.SequenceEndEvent):
            items.append(self._node(event, path=f"{path}[{len(items)}]", depth=depth + 1))
        return ListNode(place, tuple(items))

    def _mapping(self, place: Place, path: str, depth: int) -> MapNode:
        entries: dict[str, Node] = {}
        places: dict[str, Place] = {}
        while not isinstance(event := next(self._events), yaml.MappingEndEvent):
            key = self._node(event, path=path, depth=depth + 1)
            if not (isinstance(key, TextNode) and key.text.isprintable() and len(key.text) <= MAX_KEY):
                self._refuse(key.place, "a field's name is a single short word")
            field = f"{path}.{key.text}" if path else key.text
            value = self._node(next(self._events), path=field, depth=depth + 1)
            if key.text in entries:
                repeats = f"repeats line {places[key.text].line}: keep one of them"
                self._duplicates.append(self._problem(key.place, repeats, field=field))
                continue
            entries[key.text] = value
            places[key.text] = key.place
        return MapNode(place, entries, places)

    def _not_yaml(self, error: yaml.MarkedYAMLError) -> NoReturn:
        mark = error.problem_mark or error.context_mark
        if error.context and "quoted" in error.context and error.context_mark:
            mark = error.context_mark  # a quote that is not closed is noticed only at the end
        place = _place(mark)
        lines = self._text.splitlines()
        line = lines[place.line - 1] if place.line <= len(lines) else ""
        if "\t" in line[: len(line) - len(line.lstrip())] or line[place.column - 1 : place.column] == "\t":
            self._refuse(place, "a tab stands here: YAML is indented with spaces")
        self._refuse(
            place,
            "this is not YAML: check indentation, brackets and quotes on this line and the one before, "
            "and put quotes around values that hold ': ' or ' #' or begin with a special character",
        )

    def _bad_character(self, position: int) -> NoReturn:
        before = self._text[:position]
        place = Place(before.count("\n") + 1, position - (before.rfind("\n") + 1) + 1)
        self._refuse(place, "a control character stands here, which YAML does not allow")

    def _refuse(self, place: Place, problem: str) -> NoReturn:
        raise DeclarationInvalid([self._problem(place, problem)])

    def _problem(self, place: Place, problem: str, *, field: str = "") -> Problem:
        return Problem(file=self._file, line=place.line, column=place.column, field=field, problem=problem)


def _place(mark: _Mark | None) -> Place:
    return Place(mark.line + 1, mark.column + 1) if mark else Place(1, 1)
