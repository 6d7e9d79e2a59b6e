"""Lists. The items of one stand together: they are read and written whole."""

from __future__ import annotations

from sqlalchemy import JSON, Column, Integer, Table

from doorward.stores.tables.columns import metadata, text

named_lists = Table(
    "named_lists",
    metadata,
    text("id", key=True),
    Column("position", Integer, nullable=False),
    text("name"),
    text("kind"),
    Column("items", JSON, nullable=False),
)
