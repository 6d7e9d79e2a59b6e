"""Lists."""

from __future__ import annotations

from doorward.model.ids import ListId
from doorward.model.named_list import ListKind, NamedList
from doorward.stores.mapping.rows import ReadRow, Row


def to_row(each: NamedList, *, position: int) -> Row:
    """A row of ``named_lists``."""
    return {
        "id": each.id,
        "position": position,
        "name": each.name,
        "kind": each.kind.value,
        "items": list(each.items),
    }


def from_row(row: ReadRow) -> NamedList:
    """The list of one row. Raises ValueError for a kind that is not known."""
    return NamedList(
        id=ListId(row["id"]), name=row["name"], kind=ListKind(row["kind"]), items=tuple(row["items"])
    )
