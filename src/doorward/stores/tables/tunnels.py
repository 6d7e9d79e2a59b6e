"""Tunnels."""

from __future__ import annotations

from sqlalchemy import Column, Integer, Table

from doorward.stores.tables.columns import metadata, text

tunnels = Table(
    "tunnels",
    metadata,
    text("id", key=True),
    Column("position", Integer, nullable=False),
    text("name", unique=True),
    Column("token_version", Integer, nullable=False),
)
