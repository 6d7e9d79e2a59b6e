"""What a database makes of a row, without a database."""

from __future__ import annotations

import json

from sqlalchemy import JSON, Table

from doorward.stores.mapping.rows import Row


def stored(table: Table, row: Row) -> Row:
    """The row as it would be read again: JSON columns as JSON gives them back.

    The row must have exactly the table's columns.
    """
    assert row.keys() == set(table.columns.keys())
    return {
        name: json.loads(json.dumps(value)) if isinstance(table.columns[name].type, JSON) else value
        for name, value in row.items()
    }
