"""Passes of applications that cannot sign in with a browser."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from doorward.model.access_pass import AccessPass
from doorward.model.errors import Conflict, NotFound
from doorward.model.ids import PassId
from doorward.stores.database import Database
from doorward.stores.mapping.passes import from_row, to_row
from doorward.stores.tables import passes, sessions


class SqlPasses:
    """``ports.passes.Passes`` in a database. Every method raises Unavailable as well."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, made: AccessPass, *, secret_hash: str) -> None:
        """Raises Conflict when the id or the hash is taken, NotFound when the session does not exist."""
        try:
            async with self._database.writing() as connection:
                query = select(sessions.c.id).where(sessions.c.id == made.session)
                if (await connection.execute(query)).one_or_none() is None:
                    raise NotFound(f"there is no session {made.session!r}")
                await connection.execute(insert(passes), to_row(made, secret_hash=secret_hash))
        except IntegrityError as error:
            raise Conflict("there is a pass with this id or secret already") from error

    async def by_secret(self, secret_hash: str) -> AccessPass:
        """Raises NotFound."""
        query = select(passes).where(passes.c.secret_hash == secret_hash)
        async with self._database.reading() as connection:
            row = (await connection.execute(query)).mappings().one_or_none()
        if row is None:
            raise NotFound("there is no such pass")
        return from_row(row)

    async def get(self, pass_id: PassId) -> AccessPass:
        """Raises NotFound."""
        async with self._database.reading() as connection:
            found = await connection.execute(select(passes).where(passes.c.id == pass_id))
            row = found.mappings().one_or_none()
        if row is None:
            raise NotFound(f"there is no pass {pass_id!r}")
        return from_row(row)

    async def listed(self, *, owner: str | None = None) -> Sequence[AccessPass]:
        """All, newest first; of one owner only, where given."""
        query = select(passes).order_by(passes.c.created.desc(), passes.c.id)
        if owner is not None:
            query = query.where(passes.c.owner == owner)
        async with self._database.reading() as connection:
            return [from_row(row) for row in (await connection.execute(query)).mappings()]

    async def note_use(self, pass_id: PassId, *, now: datetime, source: str) -> None:
        """Remember when and from where it was used. Nothing happens when it is gone."""
        query = update(passes).where(passes.c.id == pass_id).values(used=now, used_from=source)
        async with self._database.writing() as connection:
            await connection.execute(query)

    async def remove(self, pass_id: PassId) -> None:
        """Raises NotFound."""
        async with self._database.writing() as connection:
            gone = await connection.execute(delete(passes).where(passes.c.id == pass_id))
            if gone.rowcount == 0:
                raise NotFound(f"there is no pass {pass_id!r}")
