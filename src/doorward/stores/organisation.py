"""The organisation's row: made when the database is new, and the check of the encryption key."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import RowMapping, insert, select

from doorward.model.configuration import Configuration
from doorward.model.errors import Invalid
from doorward.stores.database import Database
from doorward.stores.encryption import Envelope
from doorward.stores.mapping.organisation import to_columns
from doorward.stores.mapping.rows import Row
from doorward.stores.resealing import reseal
from doorward.stores.sealing import seal, unseal
from doorward.stores.tables import organisation

ROW = 1
_KNOWN_TEXT = "doorward"


async def begin_or_check(
    database: Database, envelope: Envelope, *, previous: Sequence[Envelope] = ()
) -> None:
    """Make the row of a new database; in another one, see that the encryption key fits. Where one of the
    ``previous`` ones does, everything is encrypted anew, in one transaction.

    Raises Invalid when no key is the one that this database was made with.
    """
    async with database.writing() as connection:
        row = (await connection.execute(select(organisation))).mappings().one_or_none()
        if row is None:
            await connection.execute(insert(organisation).values(seal(organisation, _new(), envelope)))
        elif not _fits(row, envelope):
            old = next((each for each in previous if _fits(row, each)), None)
            if old is None:
                raise Invalid(
                    database.name,
                    "the encryption key does not fit this database: put back the key that was made with it",
                )
            await reseal(connection, old=old, new=envelope)


def _fits(row: RowMapping, envelope: Envelope) -> bool:
    try:
        unseal(organisation, row, envelope)
    except Invalid:
        return False
    return True


def _new() -> Row:
    return {"id": ROW, "version": 0, **to_columns(Configuration()), "key_check": _KNOWN_TEXT}
