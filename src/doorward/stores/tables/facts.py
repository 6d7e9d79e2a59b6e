"""Facts that sources report. Of a person the provider and their subject there, of a session its id."""

from __future__ import annotations

from sqlalchemy import Column, Table

from doorward.stores.tables.columns import Instant, metadata, text

facts = Table(
    "facts",
    metadata,
    text("kind", key=True),
    text("identity_provider", key=True),
    text("whom", key=True),
    text("name", key=True),
    text("source", key=True),
    text("value"),
    text("email"),
    Column("reported", Instant, nullable=False),
    Column("expires", Instant, nullable=False, index=True),
)
