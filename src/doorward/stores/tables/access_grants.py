"""Access that sessions are given after a reason or an approval."""

from __future__ import annotations

from sqlalchemy import JSON, Column, ForeignKey, Index, Integer, Table, Text

from doorward.stores.tables.columns import Duration, Instant, metadata, text

access_grants = Table(
    "access_grants",
    metadata,
    text("id", key=True),
    Column("session", Text, ForeignKey("sessions.id", ondelete="CASCADE"), nullable=False),
    text("application"),
    text("policy"),
    text("person"),
    text("reason"),
    Column("wanted", Duration, nullable=False),
    Column("asked", Instant, nullable=False),
    Column("approved_by", JSON, nullable=False),
    Column("until", Instant, nullable=True, index=True),
    Column("closed", Instant, nullable=True),
    text("closed_by"),
    Column("version", Integer, nullable=False),
    Index(None, "session", "application"),
)
