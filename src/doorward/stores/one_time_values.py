"""Values that may be used once."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete, insert
from sqlalchemy.exc import IntegrityError

from doorward.model.errors import Conflict, NotFound
from doorward.stores.database import Database
from doorward.stores.tables import one_time_values


class SqlOneTimeValues:
    """``ports.stores.OneTimeValues`` in a database. Every method raises Unavailable as well."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def put(self, key: str, value: str, *, expires: datetime) -> None:
        """Keep ``value`` under ``key``. Raises Conflict when the key is there."""
        row = {"key": key, "value": value, "expires": expires}
        try:
            async with self._database.writing() as connection:
                await connection.execute(insert(one_time_values), row)
        except IntegrityError as error:
            raise Conflict("this one-time value is there already") from error

    async def take(self, key: str, *, now: datetime) -> str:
        """Return and forget the value, in one statement: of two callers the database serves one.

        Raises NotFound when it is not there, was taken, or has expired.
        """
        query = (
            delete(one_time_values)
            .where(one_time_values.c.key == key, one_time_values.c.expires > now)
            .returning(one_time_values.c.value)
        )
        async with self._database.writing() as connection:
            value: str | None = (await connection.execute(query)).scalar_one_or_none()
        if value is None:
            raise NotFound("this one-time value was used already, has expired, or never was")
        return value

    async def remove_expired(self, *, now: datetime) -> None:
        """Forget what has expired."""
        async with self._database.writing() as connection:
            await connection.execute(delete(one_time_values).where(one_time_values.c.expires <= now))
