"""Run by Alembic; the connection, inside a transaction already, comes from ``stores.migrating``."""

from __future__ import annotations

from alembic import context

from doorward.stores.tables import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata)
with context.begin_transaction():
    context.run_migrations()
