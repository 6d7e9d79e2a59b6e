"""Every secret in the database, encrypted with another key."""

from __future__ import annotations

from sqlalchemy import Table, and_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from doorward.stores.encryption import Envelope
from doorward.stores.sealing import seal, sealed_columns, unseal
from doorward.stores.tables import metadata


async def reseal(connection: AsyncConnection, *, old: Envelope, new: Envelope) -> int:
    """Encrypt every sealed column anew, within the caller's transaction; return how many rows.

    Raises Invalid when one does not decrypt with the old key: then nothing may be committed.
    """
    rows = 0
    for table in metadata.sorted_tables:
        if sealed_columns(table):
            rows += await _reseal(connection, table, old=old, new=new)
    return rows


async def _reseal(connection: AsyncConnection, table: Table, *, old: Envelope, new: Envelope) -> int:
    found = (await connection.execute(select(table))).mappings().all()
    for row in found:
        sealed = seal(table, unseal(table, row, old), new)
        key = and_(*(column == row[column.name] for column in table.primary_key))
        values = {name: sealed[name] for name in sealed_columns(table)}
        await connection.execute(update(table).where(key).values(values))
    return len(found)
