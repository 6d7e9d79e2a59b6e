"""Values that may be used once."""

from __future__ import annotations

from sqlalchemy import Column, Table

from doorward.stores.tables.columns import Instant, metadata, text

one_time_values = Table(
    "one_time_values",
    metadata,
    text("key", key=True),
    text("value"),
    Column("expires", Instant, nullable=False, index=True),
)
