"""Rule groups."""

from __future__ import annotations

from sqlalchemy import JSON, Column, Integer, Table

from doorward.stores.tables.columns import metadata, text

rule_groups = Table(
    "rule_groups",
    metadata,
    text("id", key=True),
    Column("position", Integer, nullable=False),
    text("name"),
    Column("rules", JSON, nullable=False),
)
