"""The newest signed checkpoint of the audit log: one row at most."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, LargeBinary, Table

from doorward.stores.tables.columns import Instant, metadata, text

audit_checkpoints = Table(
    "audit_checkpoints",
    metadata,
    Column("sequence", BigInteger, primary_key=True, autoincrement=False, nullable=False),
    Column("digest", LargeBinary, nullable=False),
    Column("time", Instant, nullable=False),
    text("key"),
    Column("signature", LargeBinary, nullable=False),
)
