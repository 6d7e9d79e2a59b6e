"""When each service token was last used."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import delete, insert, select

from doorward.ports.service_token_uses import ServiceTokenUse
from doorward.stores.database import Database
from doorward.stores.tables import service_token_uses as table


class SqlServiceTokenUses:
    """``ports.service_token_uses.ServiceTokenUses`` in a database. Every method raises Unavailable as
    well."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def listed(self) -> Mapping[str, ServiceTokenUse]:
        """All of them."""
        async with self._database.reading() as connection:
            rows = (await connection.execute(select(table))).mappings().all()
        uses = [ServiceTokenUse(**row) for row in rows]
        return {use.client_id: use for use in uses}

    async def write(self, uses: Sequence[ServiceTokenUse]) -> None:
        """Replace what is known of these, or begin it."""
        if not uses:
            return
        rows = [
            {"client_id": use.client_id, "since": use.since, "seen": use.seen, "source": use.source}
            for use in uses
        ]
        written = [use.client_id for use in uses]
        async with self._database.writing() as connection:
            await connection.execute(delete(table).where(table.c.client_id.in_(written)))
            await connection.execute(insert(table), rows)

    async def keep_only(self, client_ids: Collection[str]) -> None:
        """Forget all others."""
        async with self._database.reading() as connection:
            there = set((await connection.execute(select(table.c.client_id))).scalars())
        # Looked for first: nearly always there is nothing to do, and a write waits for other writers.
        gone = sorted(there.difference(client_ids))
        if gone:
            async with self._database.writing() as connection:
                await connection.execute(delete(table).where(table.c.client_id.in_(gone)))
