"""Sessions and their footholds on applications."""

from __future__ import annotations

from sqlalchemy import JSON, Column, ForeignKey, Index, Table, Text

from doorward.stores.tables.columns import Instant, metadata, text

sessions = Table(
    "sessions",
    metadata,
    text("id", key=True),
    text("secret_hash", unique=True),
    text("identity_provider"),
    text("subject"),
    text("email"),
    text("name"),
    Column("groups", JSON, nullable=False),
    Column("created", Instant, nullable=False),
    Column("expires", Instant, nullable=False, index=True),
    text("source"),
    text("user_agent"),
    Column("revoked", Instant, nullable=True, index=True),
    Index(None, "email", "revoked"),
)

application_sessions = Table(
    "application_sessions",
    metadata,
    text("secret_hash", key=True),
    Column(
        "session",
        Text,
        ForeignKey("sessions.id", ondelete="CASCADE"),
        nullable=False,
        index=True,
    ),
    text("application"),
    Column("created", Instant, nullable=False),
    Column("expires", Instant, nullable=False),
)
