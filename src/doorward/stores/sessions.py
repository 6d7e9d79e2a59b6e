"""People's sessions and their footholds."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, bindparam, delete, insert, or_, select, update
from sqlalchemy.exc import IntegrityError

from doorward.model.errors import Conflict, NotFound
from doorward.model.ids import ApplicationId, SessionId
from doorward.model.session import ApplicationSession, Session
from doorward.stores.database import Database
from doorward.stores.mapping import sessions as mapping
from doorward.stores.tables import application_sessions, sessions

# Ids in one statement; databases limit the number of parameters (SQLite 32,766, PostgreSQL 65,535).
BATCH = 1000
_FOOTHOLD = "foothold_"

# Built once: these two are in the path of every renewal of a token.
SESSION_BY_SECRET = select(sessions).where(sessions.c.secret_hash == bindparam("secret_hash"))
FOOTHOLD_BY_SECRET = (
    select(
        sessions,
        *(column.label(_FOOTHOLD + column.name) for column in application_sessions.columns),
    )
    .join_from(application_sessions, sessions)
    .where(application_sessions.c.secret_hash == bindparam("secret_hash"))
)


class SqlSessions:
    """``ports.stores.Sessions`` in a database. Every method raises Unavailable as well."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def create(self, session: Session, *, secret_hash: str) -> None:
        """Raises Conflict when the id or the hash is taken."""
        row = mapping.to_row(session, secret_hash=secret_hash)
        try:
            async with self._database.writing() as connection:
                await connection.execute(insert(sessions), row)
        except IntegrityError as error:
            raise Conflict(f"session {session.id!r} or its secret exists already") from error

    async def get(self, session_id: SessionId) -> Session:
        """Raises NotFound."""
        async with self._database.reading() as connection:
            found = await connection.execute(select(sessions).where(sessions.c.id == session_id))
            row = found.mappings().one_or_none()
        if row is None:
            raise NotFound(f"there is no session {session_id!r}")
        return mapping.from_row(row)

    async def by_secret(self, secret_hash: str) -> Session:
        """Raises NotFound."""
        async with self._database.reading() as connection:
            found = await connection.execute(SESSION_BY_SECRET, {"secret_hash": secret_hash})
            row = found.mappings().one_or_none()
        if row is None:
            raise NotFound("there is no session with this secret")
        return mapping.from_row(row)

    async def listed(self, *, email: str | None = None, now: datetime) -> Sequence[Session]:
        """Live sessions, newest first."""
        query = select(sessions).where(_live(now)).order_by(sessions.c.created.desc(), sessions.c.id)
        if email is not None:
            query = query.where(sessions.c.email == email)
        async with self._database.reading() as connection:
            found = await connection.execute(query)
            return [mapping.from_row(row) for row in found.mappings()]

    async def revoke(self, session_ids: Sequence[SessionId], *, now: datetime) -> Sequence[Session]:
        """End these sessions, all or none; return those that this call ended, in the order given."""
        ended: dict[SessionId, Session] = {}
        async with self._database.writing() as connection:
            for start in range(0, len(session_ids), BATCH):
                batch = session_ids[start : start + BATCH]
                changed = await connection.execute(
                    update(sessions)
                    .where(sessions.c.id.in_(batch), _live(now))
                    .values(revoked=now)
                    .returning(sessions)
                )
                for session in map(mapping.from_row, changed.mappings()):
                    ended[session.id] = session
        return [ended[session_id] for session_id in dict.fromkeys(session_ids) if session_id in ended]

    async def revoked_since(self, moment: datetime) -> Sequence[SessionId]:
        """Ids of the sessions that were revoked at or after ``moment``, oldest revocation first."""
        query = (
            select(sessions.c.id)
            .where(sessions.c.revoked >= moment)
            .order_by(sessions.c.revoked, sessions.c.id)
        )
        async with self._database.reading() as connection:
            return [SessionId(value) for value in (await connection.execute(query)).scalars()]

    async def remove_ended(self, *, before: datetime) -> int:
        """Forget sessions, with their footholds, that ended before this; return how many."""
        ended = or_(sessions.c.expires < before, sessions.c.revoked < before)
        async with self._database.writing() as connection:
            return (await connection.execute(delete(sessions).where(ended))).rowcount

    async def create_foothold(self, foothold: ApplicationSession, *, secret_hash: str) -> None:
        """Raises NotFound when the session does not exist, Conflict when the hash is taken."""
        row = mapping.foothold_to_row(foothold, secret_hash=secret_hash)
        try:
            async with self._database.writing() as connection:
                await connection.execute(insert(application_sessions), row)
        except IntegrityError as error:
            await self.get(foothold.session)
            raise Conflict("a foothold with this secret exists already") from error

    async def foothold(self, secret_hash: str) -> tuple[ApplicationSession, Session]:
        """The foothold whose secret has this hash, with its session. Raises NotFound."""
        async with self._database.reading() as connection:
            found = await connection.execute(FOOTHOLD_BY_SECRET, {"secret_hash": secret_hash})
            row = found.mappings().one_or_none()
        if row is None:
            raise NotFound("there is no foothold with this secret")
        return mapping.foothold_from_row(row, prefix=_FOOTHOLD), mapping.from_row(row)

    async def applications_of(self, session_id: SessionId) -> Sequence[ApplicationId]:
        """The applications that the session has a foothold on, each once, sorted."""
        query = (
            select(application_sessions.c.application)
            .where(application_sessions.c.session == session_id)
            .distinct()
            .order_by(application_sessions.c.application)
        )
        async with self._database.reading() as connection:
            return [ApplicationId(value) for value in (await connection.execute(query)).scalars()]


def _live(now: datetime) -> ColumnElement[bool]:
    """The same as ``Session.is_live``, for the database."""
    return sessions.c.revoked.is_(None) & (sessions.c.expires > now)
