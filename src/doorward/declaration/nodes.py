"""The access file as a tree: texts, lists and mappings, each knowing where it stands.

Rule: a scalar is kept as the text that was written. What it means is decided by the field that it
stands in, so that ``name: no`` and ``password: 0123`` are the texts they look like.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from doorward.model.errors import Invalid

_EMPTY = frozenset({"", "~", "null", "Null", "NULL"})


@dataclass(frozen=True, slots=True)
class Place:
    """A position in the file; both numbers count from 1."""

    line: int
    column: int


@dataclass(frozen=True, slots=True)
class TextNode:
    """A scalar. ``plain`` means that it was written without quotes. Its text may be a secret."""

    place: Place
    text: str = field(repr=False)
    plain: bool

    @property
    def is_empty(self) -> bool:
        """Whether nothing was written, or YAML's word for nothing."""
        return self.plain and self.text in _EMPTY


@dataclass(frozen=True, slots=True)
class ListNode:
    """A sequence."""

    place: Place
    items: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class MapNode:
    """A mapping with text keys; ``places`` tells where each key stands."""

    place: Place
    entries: Mapping[str, Node]
    places: Mapping[str, Place]


Node = TextNode | ListNode | MapNode


def kind_of(node: Node) -> str:
    """What a node is, in words for an error."""
    match node:
        case TextNode():
            return "empty" if node.is_empty else "a single value"
        case ListNode():
            return "a list"
        case MapNode():
            return "a mapping"


def places_of(node: Node, path: str = "", place: Place | None = None) -> dict[str, Place]:
    """Where each field of the file stands, by its path.

    A list or mapping under a key is said to stand where its key does, not where its first entry
    does.
    """
    found = {path: place or node.place}
    match node:
        case ListNode():
            for index, item in enumerate(node.items):
                found |= places_of(item, f"{path}[{index}]")
        case MapNode():
            for key, value in node.entries.items():
                at = value.place if isinstance(value, TextNode) else node.places[key]
                found |= places_of(value, f"{path}.{key}" if path else key, at)
        case TextNode():
            pass
    return found


def nearest_place(places: Mapping[str, Place], path: str) -> Place:
    """Where ``path`` stands, or the nearest thing around it that the file holds."""
    while path not in places and path:
        path = path[: max(path.rfind("."), path.rfind("["), 0)]
    return places.get(path, Place(1, 1))


def wrong_kind(field: str, node: Node, wanted: str) -> Invalid:
    """The error for a node that is not what its field wants."""
    return Invalid(field, f"is {kind_of(node)}: give {wanted}")
