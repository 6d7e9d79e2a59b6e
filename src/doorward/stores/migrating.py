"""Brings the tables of a database to what this version needs, in one transaction."""

from __future__ import annotations

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import inspect
from sqlalchemy.engine import Connection

from doorward.model.errors import Invalid
from doorward.stores.database import Database


async def migrate(database: Database) -> None:
    """Make the tables, or change them to the newest form; all of it, or on an error none of it.

    Raises Invalid when the tables are a newer version's, or not Doorward's at all.
    """
    async with database.writing() as connection:
        await connection.run_sync(_upgrade, database.name)


def _upgrade(connection: Connection, database: str) -> None:
    config = Config()
    config.set_main_option("script_location", "doorward.stores:migrations")
    config.attributes["connection"] = connection
    script = ScriptDirectory.from_config(config)
    current = MigrationContext.configure(connection).get_current_revision()
    _refuse_foreign(connection, database, current)
    _refuse_newer(script, database, current)
    if current != script.get_current_head():
        command.upgrade(config, "head")


def _refuse_foreign(connection: Connection, database: str, current: str | None) -> None:
    if current is None and inspect(connection).get_table_names():
        raise Invalid(
            database, "is another program's database: give another data folder; nothing was changed"
        )


def _refuse_newer(script: ScriptDirectory, database: str, current: str | None) -> None:
    known = {revision.revision for revision in script.walk_revisions()}
    if current is not None and current not in known:
        raise Invalid(
            database,
            f"was written by a newer version of Doorward (its tables are at {current!r}): "
            "install that version again; nothing was changed",
        )
