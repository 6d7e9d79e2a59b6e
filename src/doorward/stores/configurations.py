"""The one configuration, kept in a table for every noun."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from sqlalchemy import RowMapping, Table, and_, bindparam, delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from doorward.model.configuration import Configuration
from doorward.model.errors import Conflict, Unavailable
from doorward.stores.changes import Changes, changes
from doorward.stores.database import Database
from doorward.stores.encryption import Envelope
from doorward.stores.mapping.configuration import LISTS, from_rows, to_rows
from doorward.stores.mapping.organisation import to_columns
from doorward.stores.mapping.rows import ReadRow, Row
from doorward.stores.sealing import seal, unseal
from doorward.stores.tables import organisation
from doorward.stores.uniqueness import refuse_duplicates

# A load that a save interrupts begins again; so many saves within one load are a fault.
ATTEMPTS = 10


class SqlConfigurations:
    """``ports.stores.Configurations`` in a database."""

    def __init__(self, database: Database, envelope: Envelope) -> None:
        self._database = database
        self._envelope = envelope

    async def load(self) -> tuple[Configuration, int]:
        """The configuration and its version.

        Raises:
            Invalid: a secret in it does not decrypt.
            Unavailable: the database does not answer, or holds what cannot be understood.
        """
        async with self._database.reading() as connection:
            for _ in range(ATTEMPTS):
                before = await _organisation(connection)
                with self._understood():
                    rows = await self._rows(connection)
                # The lists are read one after another without a lock: equal versions before and
                # after say that no save came between, whatever the database's isolation.
                if (await _organisation(connection))["version"] == before["version"]:
                    return self._configuration(rows, before), before["version"]
        raise Unavailable(f"{self._database.name}: the configuration changes too fast to be read")

    async def version(self) -> int:
        """The version alone. Raises Unavailable when the database does not answer."""
        async with self._database.reading() as connection:
            return int((await _organisation(connection))["version"])

    async def save(self, configuration: Configuration, *, expected: int) -> int:
        """Write what changed since version ``expected``; return the new version.

        Raises:
            Conflict: the version is not ``expected`` any more.
            Invalid: two things share a name, an id or a hostname.
        """
        refuse_duplicates(configuration)
        async with self._database.writing() as connection:
            await self._raise_version(connection, configuration, expected)
            with self._understood():
                stored = await self._rows(connection)
            wanted = to_rows(configuration)
            by_table = {table: changes(table, stored[table], wanted[table]) for table in LISTS}
            for table, change in by_table.items():
                await _delete(connection, table, change)
            for table, change in by_table.items():
                await self._insert(connection, table, change)
        return expected + 1

    async def _raise_version(
        self, connection: AsyncConnection, configuration: Configuration, expected: int
    ) -> None:
        raised = await connection.execute(
            update(organisation)
            .where(organisation.c.version == expected)
            .values(version=expected + 1, **to_columns(configuration))
        )
        if raised.rowcount != 1:
            raise Conflict(f"the configuration is not at version {expected} any more: load it again")

    async def _rows(self, connection: AsyncConnection) -> dict[Table, list[Row]]:
        rows: dict[Table, list[Row]] = {}
        for table in LISTS:
            found = await connection.execute(select(table).order_by(table.c.position))
            rows[table] = [unseal(table, row, self._envelope) for row in found.mappings()]
        return rows

    def _configuration(self, rows: Mapping[Table, list[Row]], outside: ReadRow) -> Configuration:
        with self._understood():
            return from_rows(rows, outside=outside)

    @contextmanager
    def _understood(self) -> Iterator[None]:
        """Within, a value that this version cannot read comes out as Unavailable."""
        try:
            yield
        except (KeyError, TypeError, ValueError) as error:
            raise Unavailable(
                f"{self._database.name}: the configuration in the database cannot be understood "
                f"({error!r}): undo what was changed by hand, or put a backup in its place"
            ) from error

    async def _insert(self, connection: AsyncConnection, table: Table, change: Changes) -> None:
        if change.written:
            rows = [seal(table, row, self._envelope) for row in change.written]
            await connection.execute(insert(table), rows)


async def _organisation(connection: AsyncConnection) -> RowMapping:
    return (await connection.execute(select(organisation))).mappings().one()


async def _delete(connection: AsyncConnection, table: Table, change: Changes) -> None:
    if change.removed:
        keys = [column == bindparam(f"key_{column.name}") for column in table.primary_key]
        await connection.execute(
            delete(table).where(and_(*keys)),
            [{f"key_{name}": value for name, value in key.items()} for key in change.removed],
        )
