"""External evaluations: who is asked outside, and where."""

from __future__ import annotations

from sqlalchemy import Column, Integer, Table

from doorward.stores.tables.columns import Duration, metadata, text

external_evaluations = Table(
    "external_evaluations",
    metadata,
    text("id", key=True),
    Column("position", Integer, nullable=False),
    text("name"),
    text("url"),
    text("keys_url"),
    Column("timeout", Duration, nullable=False),
    Column("valid_for", Duration, nullable=False),
    text("ca"),
)
