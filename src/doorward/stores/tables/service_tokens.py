"""Service tokens."""

from __future__ import annotations

from sqlalchemy import Column, Integer, Table

from doorward.stores.tables.columns import Instant, metadata, text

service_tokens = Table(
    "service_tokens",
    metadata,
    text("id", key=True),
    Column("position", Integer, nullable=False),
    text("client_id", unique=True),
    text("secret_hash"),
    text("name"),
    Column("expires", Instant, nullable=True),
)
