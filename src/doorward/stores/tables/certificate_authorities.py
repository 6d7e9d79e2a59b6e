"""Authorities for client certificates."""

from __future__ import annotations

from sqlalchemy import JSON, Column, Integer, Table

from doorward.stores.tables.columns import metadata, text

certificate_authorities = Table(
    "certificate_authorities",
    metadata,
    text("id", key=True),
    Column("position", Integer, nullable=False),
    text("name"),
    text("certificates"),
    text("crls"),
    Column("hostnames", JSON, nullable=False),
)
