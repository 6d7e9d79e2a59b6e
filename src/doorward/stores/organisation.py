"""The organisation's row: made when the database is new, and the check of the master key."""

from __future__ import annotations

from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from doorward.model.configuration import Configuration
from doorward.model.errors import Invalid
from doorward.stores.database import Database
from doorward.stores.encryption import Envelope
from doorward.stores.mapping.rows import Row
from doorward.stores.sealing import seal, unseal
from doorward.stores.tables import organisation

ROW = 1
_KNOWN_TEXT = "doorward"


async def begin_or_check(database: Database, envelope: Envelope) -> None:
    """Make the row of a new database; in another one, see that the master key fits.

    Raises Invalid when the master key is not the one that this database was made with.
    """
    async with database.writing() as connection:
        if await _fits(connection, envelope, database.name):
            return
        await connection.execute(insert(organisation).values(seal(organisation, _new(), envelope)))


async def _fits(connection: AsyncConnection, envelope: Envelope, database: str) -> bool:
    """False when there is no row yet."""
    row = (await connection.execute(select(organisation))).mappings().one_or_none()
    if row is None:
        return False
    try:
        unseal(organisation, row, envelope)
    except Invalid as error:
        raise Invalid(
            database,
            "the master key does not fit this database: put back the key that was made with it",
        ) from error
    return True


def _new() -> Row:
    empty = Configuration()
    return {
        "id": ROW,
        "version": 0,
        "generation": empty.generation,
        "session_duration": empty.session_duration,
        "key_check": _KNOWN_TEXT,
    }
