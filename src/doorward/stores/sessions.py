"""People's sessions and their footholds."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, bindparam, delete, insert, or_, select, update
from sqlalchemy.exc import IntegrityError

from doorward.model.errors import Conflict, NotFound
from doorward.model.ids import ApplicationId, IdentityProviderId, SessionId
from doorward.model.session import ApplicationSession, Session
from doorward.stores.database import Database
from doorward.stores.encryption import Envelope
from doorward.stores.mapping import sessions as mapping
from doorward.stores.mapping.rows import Row
from doorward.stores.sealing import seal, unseal
from doorward.stores.tables import application_sessions, grants, sessions

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

    def __init__(self, database: Database, envelope: Envelope) -> None:
        self._database = database
        self._envelope = envelope

    async def create(self, session: Session, *, secret_hash: str, refresh_token: str = "") -> None:
        """Raises Conflict when the id or the hash is taken."""
        row = mapping.to_row(session, secret_hash=secret_hash)
        try:
            async with self._database.writing() as connection:
                await connection.execute(insert(sessions), row)
                if refresh_token:
                    await connection.execute(insert(grants), self._grant(session.id, refresh_token))
        except IntegrityError as error:
            raise Conflict(f"session {session.id!r} or its secret exists already") from error

    async def update(self, session: Session, *, secret_hash: str = "") -> bool:
        """Write what is remembered of a live session; False when it has ended meanwhile.

        Raises Conflict when the hash is taken.
        """
        row = mapping.to_row(session, secret_hash=secret_hash)
        remembered = {name: row[name] for name in mapping.REMEMBERED}
        if secret_hash:
            remembered["secret_hash"] = secret_hash
        change = (
            update(sessions)
            .where(sessions.c.id == session.id, sessions.c.revoked.is_(None))
            .values(remembered)
        )
        try:
            async with self._database.writing() as connection:
                return (await connection.execute(change)).rowcount == 1
        except IntegrityError as error:
            raise Conflict("the session's new secret exists already") from error

    async def refresh_token(self, session_id: SessionId) -> str:
        """The refresh token that is kept for the session, empty where there is none."""
        async with self._database.reading() as connection:
            found = await connection.execute(select(grants).where(grants.c.session == session_id))
            row = found.mappings().one_or_none()
        return "" if row is None else str(unseal(grants, row, self._envelope)["refresh_token"])

    async def keep_refresh_token(self, session_id: SessionId, refresh_token: str) -> None:
        """Replace it. Nothing happens when the session is gone."""
        async with self._database.writing() as connection:
            there = await connection.execute(select(sessions.c.id).where(sessions.c.id == session_id))
            if there.one_or_none() is None:
                return
            await connection.execute(delete(grants).where(grants.c.session == session_id))
            await connection.execute(insert(grants), self._grant(session_id, refresh_token))

    def _grant(self, session_id: SessionId, refresh_token: str) -> Row:
        return seal(grants, {"session": session_id, "refresh_token": refresh_token}, self._envelope)

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

    async def people(self, session_ids: Sequence[SessionId]) -> Mapping[SessionId, str]:
        """The email address of each session's person; unknown sessions are left out."""
        found: dict[SessionId, str] = {}
        async with self._database.reading() as connection:
            for start in range(0, len(session_ids), BATCH):
                batch = session_ids[start : start + BATCH]
                query = select(sessions.c.id, sessions.c.email).where(sessions.c.id.in_(batch))
                found |= {SessionId(row.id): row.email for row in await connection.execute(query)}
        return found

    async def of_provider(
        self, provider: IdentityProviderId, *, now: datetime, subject: str | None = None
    ) -> Sequence[Session]:
        """Live sessions that this provider vouched for, oldest first."""
        query = (
            select(sessions)
            .where(_live(now), sessions.c.identity_provider == provider)
            .order_by(sessions.c.created, sessions.c.id)
        )
        if subject is not None:
            query = query.where(sessions.c.subject == subject)
        async with self._database.reading() as connection:
            return [mapping.from_row(row) for row in (await connection.execute(query)).mappings()]

    async def revoke(
        self, session_ids: Sequence[SessionId], *, now: datetime, why: str = ""
    ) -> Sequence[Session]:
        """End these sessions, all or none; return those that this call ended, in the order given."""
        ended: dict[SessionId, Session] = {}
        async with self._database.writing() as connection:
            for start in range(0, len(session_ids), BATCH):
                batch = session_ids[start : start + BATCH]
                changed = await connection.execute(
                    update(sessions)
                    .where(sessions.c.id.in_(batch), _live(now))
                    .values(revoked=now, why_revoked=why)
                    .returning(sessions)
                )
                await connection.execute(delete(grants).where(grants.c.session.in_(batch)))
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

    async def outdate(self, session_ids: Collection[SessionId], *, now: datetime) -> Sequence[SessionId]:
        """Facts about these have changed; returns those that live."""
        wanted, found = sorted(set(session_ids)), list[SessionId]()
        async with self._database.writing() as connection:
            for start in range(0, len(wanted), BATCH):
                changed = await connection.execute(
                    update(sessions)
                    .where(sessions.c.id.in_(wanted[start : start + BATCH]), _live(now))
                    .values(changed=now)
                    .returning(sessions.c.id)
                )
                found += map(SessionId, changed.scalars())
        return sorted(found)

    async def changed_since(self, moment: datetime) -> Mapping[SessionId, datetime]:
        """The sessions whose facts changed at or after ``moment``, and when."""
        query = select(sessions.c.id, sessions.c.changed).where(sessions.c.changed >= moment)
        async with self._database.reading() as connection:
            return {SessionId(row.id): row.changed for row in await connection.execute(query)}

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
