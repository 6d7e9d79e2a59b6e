"""What must be written so that a table holds the wanted rows. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import Table

from doorward.stores.mapping.rows import Row


@dataclass(frozen=True, slots=True)
class Changes:
    """``removed`` are primary keys, to be deleted first; ``written`` are rows, to be inserted after.

    A row that changed is in both: updating rows one by one would trip over values that must be
    unique and were exchanged between two rows.
    """

    removed: list[Row]
    written: list[Row]


def changes(table: Table, stored: Iterable[Row], wanted: Iterable[Row]) -> Changes:
    """The smallest ``Changes`` that turn ``stored`` into ``wanted``."""
    names = [column.name for column in table.primary_key]
    before = {tuple(row[name] for name in names): row for row in stored}
    after = {tuple(row[name] for name in names): row for row in wanted}
    return Changes(
        removed=[dict(zip(names, key, strict=True)) for key, row in before.items() if after.get(key) != row],
        written=[row for key, row in after.items() if before.get(key) != row],
    )
