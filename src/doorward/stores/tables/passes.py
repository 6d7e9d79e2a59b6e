"""Passes of applications that cannot sign in with a browser."""

from __future__ import annotations

from sqlalchemy import JSON, Column, ForeignKey, Table, Text

from doorward.stores.tables.columns import Instant, metadata, text

passes = Table(
    "passes",
    metadata,
    text("id", key=True),
    text("secret_hash", unique=True),
    Column("session", Text, ForeignKey("sessions.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("owner", Text, nullable=False, index=True),
    text("application"),
    text("name"),
    Column("paths", JSON, nullable=False),
    Column("created", Instant, nullable=False),
    Column("expires", Instant, nullable=False),
    Column("used", Instant, nullable=True),
    text("used_from"),
)
