"""Keys that sign application tokens."""

from __future__ import annotations

from sqlalchemy import Column, Table

from doorward.stores.tables.columns import Instant, metadata, sealed, text

signing_keys = Table(
    "signing_keys",
    metadata,
    text("kid", key=True),
    sealed("private_jwk"),
    Column("created", Instant, nullable=False),
    Column("not_before", Instant, nullable=False),
)
