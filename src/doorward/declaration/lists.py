"""The section ``lists``: many addresses or networks under one name, written here or in a file beside it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType

from doorward.declaration import values
from doorward.declaration.reading import At, Fields
from doorward.declaration.secret_fields import file_text, only_one
from doorward.model.errors import Invalid
from doorward.model.ids import ListId
from doorward.model.named_list import ListKind, NamedList
from doorward.policy.named_lists import LONGEST, canonical_item

ITEM_FIELDS = ("items", "items_file")
LIST_FIELDS = ("id", "name", "kind", *ITEM_FIELDS)
COMMENT = "#"
"""What follows it on a line of an items file is for people."""

_KINDS: Mapping[str, ListKind] = MappingProxyType({kind.value: kind for kind in ListKind})


def named_list(at: At) -> NamedList:
    """One list of the file, its items in canonical spelling, sorted, each once."""
    fields = at.fields(LIST_FIELDS)
    kind = fields.required("kind", _kind, instead=None)
    return NamedList(
        id=ListId(fields.required("id", values.thing_id, instead="")),
        name=fields.optional("name", values.display_name, ""),
        kind=kind or ListKind.EMAIL,
        items=() if kind is None else tuple(sorted(set(_items(fields, kind)))),
    )


def _kind(at: At) -> ListKind | None:
    return values.one_of(at, _KINDS, noun="a kind of list")


def _items(fields: Fields, kind: ListKind) -> tuple[str, ...]:
    given = only_one(fields, ITEM_FIELDS)
    if given is None:
        problem = "is missing: give items or items_file (items: [] for an empty list)"
        fields.at.reading.note(Invalid(fields.path("items"), problem))
        return ()

    def written(at: At) -> tuple[str, ...]:
        return _few(at, at.items(lambda item: canonical_item(kind, item.text(), item.path)))

    def of_file(at: At) -> tuple[str, ...]:
        return _few(at, tuple(_lines(at, file_text(at), lambda text: canonical_item(kind, text, at.path))))

    return fields.optional(given, written if given == "items" else of_file, ())


def _few(at: At, items: tuple[str, ...]) -> tuple[str, ...]:
    if len(items) > LONGEST:
        raise at.wrong(f"holds {len(items)} items: {LONGEST} are allowed")
    return items


def _lines(at: At, text: str, canonical: Callable[[str], str]) -> Iterator[str]:
    """One item a line. A wrong one is noted with the line of the items file that it stands on."""
    for number, line in enumerate(text.splitlines(), start=1):
        item = line.partition(COMMENT)[0].strip()
        if not item:
            continue
        try:
            yield canonical(item)
        except Invalid as error:
            at.reading.note(at.wrong(f"on its line {number}, {error.problem}"))
