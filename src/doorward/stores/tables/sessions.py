"""Sessions and their footholds on applications."""

from __future__ import annotations

from sqlalchemy import JSON, Column, ForeignKey, Index, Table, Text

from doorward.stores.tables.columns import Instant, metadata, sealed, text

sessions = Table(
    "sessions",
    metadata,
    text("id", key=True),
    text("secret_hash", unique=True),
    text("identity_provider"),
    text("subject"),
    text("email"),
    text("name"),
    text("upn", later=True),
    Column("groups", JSON, nullable=False),
    Column("roles", JSON, nullable=False, server_default="[]"),
    Column("claims", JSON, nullable=False, server_default="[]"),
    Column("methods", JSON, nullable=False, server_default="[]"),
    Column("contexts", JSON, nullable=False, server_default="{}"),
    Column("authenticated", Instant, nullable=True),
    text("provider_session", later=True),
    Column("checked", Instant, nullable=True),
    Column("changed", Instant, nullable=True, index=True),
    Column("created", Instant, nullable=False),
    Column("expires", Instant, nullable=False, index=True),
    text("source"),
    text("user_agent"),
    Column("revoked", Instant, nullable=True, index=True),
    text("why_revoked", later=True),
    text("pass_name", later=True),
    Index(None, "identity_provider", "subject"),
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

# What may be redeemed at the identity provider for as long as the session lives.
grants = Table(
    "grants",
    metadata,
    Column("session", Text, ForeignKey("sessions.id", ondelete="CASCADE"), primary_key=True),
    sealed("refresh_token"),
)
