"""The organisation: one row with what the configuration holds outside any list."""

from __future__ import annotations

from sqlalchemy import Column, Integer, Table

from doorward.stores.tables.columns import Duration, metadata, sealed, text

# ``version`` counts the changes of the whole configuration; ``key_check`` is a known text, encrypted,
# so that a wrong master key is noticed when the database is opened and not at the first sign-in.
organisation = Table(
    "organisation",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("version", Integer, nullable=False),
    Column("generation", Integer, nullable=False),
    Column("session_duration", Duration, nullable=False),
    Column("unused_service_tokens_after", Duration, nullable=True),
    text("unused_service_tokens_action", later=True),
    sealed("key_check"),
)
