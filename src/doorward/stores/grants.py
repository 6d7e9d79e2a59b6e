"""Access that sessions are given after a reason or an approval."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy import insert, or_, select, update
from sqlalchemy.exc import IntegrityError

from doorward.model.errors import Conflict, NotFound
from doorward.model.grant import Grant
from doorward.model.ids import ApplicationId, GrantId, SessionId
from doorward.stores.database import Database
from doorward.stores.mapping.grants import from_row, to_row
from doorward.stores.tables import access_grants, sessions


class SqlGrants:
    """``ports.grants.Grants`` in a database. Every method raises Unavailable as well."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, grant: Grant) -> None:
        """Raises Conflict when the id is taken, NotFound when the session does not exist."""
        try:
            async with self._database.writing() as connection:
                query = select(sessions.c.id).where(sessions.c.id == grant.session)
                if (await connection.execute(query)).one_or_none() is None:
                    raise NotFound(f"there is no session {grant.session!r}")
                await connection.execute(insert(access_grants), to_row(grant))
        except IntegrityError as error:
            raise Conflict("there is a grant with this id already") from error

    async def get(self, grant_id: GrantId) -> Grant:
        """Raises NotFound."""
        async with self._database.reading() as connection:
            found = await connection.execute(select(access_grants).where(access_grants.c.id == grant_id))
            row = found.mappings().one_or_none()
        if row is None:
            raise NotFound(f"there is no grant {grant_id!r}")
        return from_row(row)

    async def save(self, grant: Grant) -> Grant:
        """Write it if its version is still the stored one; return it with its new one.

        Raises Conflict when somebody changed it meanwhile, NotFound when it is gone.
        """
        saved = replace(grant, version=grant.version + 1)
        query = (
            update(access_grants)
            .where(access_grants.c.id == grant.id, access_grants.c.version == grant.version)
            .values(to_row(saved))
        )
        async with self._database.writing() as connection:
            if (await connection.execute(query)).rowcount == 1:
                return saved
        await self.get(grant.id)
        raise Conflict("somebody else decided on this meanwhile: look at it again")

    async def of_session(
        self, session: SessionId, *, application: ApplicationId | None = None
    ) -> Sequence[Grant]:
        """All of a session's, newest first; for one application only, where given."""
        query = select(access_grants).where(access_grants.c.session == session)
        if application is not None:
            query = query.where(access_grants.c.application == application)
        query = query.order_by(access_grants.c.asked.desc(), access_grants.c.id)
        async with self._database.reading() as connection:
            return [from_row(row) for row in (await connection.execute(query)).mappings()]

    async def open(self, *, now: datetime) -> Sequence[Grant]:
        """Those that wait, and those that are given at ``now``, newest first."""
        query = (
            select(access_grants)
            .where(
                access_grants.c.closed.is_(None),
                or_(access_grants.c.until.is_(None), access_grants.c.until > now),
            )
            .order_by(access_grants.c.asked.desc(), access_grants.c.id)
        )
        async with self._database.reading() as connection:
            return [from_row(row) for row in (await connection.execute(query)).mappings()]
