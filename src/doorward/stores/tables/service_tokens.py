"""Service tokens, and what is remembered of their use."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Integer, Table, false

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
    Column("disabled", Boolean, nullable=False, server_default=false()),
    text("previous_secret_hash", later=True),
    Column("previous_until", Instant, nullable=True),
)

# No foreign key: a changed service token is deleted and written anew, and keeps its use.
service_token_uses = Table(
    "service_token_uses",
    metadata,
    text("client_id", key=True),
    Column("since", Instant, nullable=False),
    Column("seen", Instant, nullable=True),
    text("source"),
)
