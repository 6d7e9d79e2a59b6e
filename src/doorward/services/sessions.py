"""Sessions: list them, end them. What ends is cut everywhere, open streams included."""

from __future__ import annotations

from collections.abc import Sequence

import structlog

from doorward.model.access import canonical_email
from doorward.model.errors import NotFound
from doorward.model.ids import SessionId
from doorward.model.session import Session
from doorward.ports.clock import Clock
from doorward.ports.relays import Relays
from doorward.ports.stores import Stores
from doorward.services.publish import Publisher

log = structlog.get_logger("services.sessions")


class LiveSessions:
    """People's sessions, as an administrator deals with them."""

    def __init__(self, stores: Stores, *, publisher: Publisher, relays: Relays, clock: Clock) -> None:
        self._stores = stores
        self._publisher = publisher
        self._relays = relays
        self._clock = clock

    async def listed(self, *, email: str | None = None) -> Sequence[Session]:
        """Live sessions, newest first. Raises Invalid for a malformed address."""
        address = canonical_email(email) if email is not None else None
        return await self._stores.sessions.listed(email=address, now=self._clock.now())

    async def revoke(self, session_id: SessionId) -> Sequence[Session]:
        """End one session. Raises NotFound when there is none that lives."""
        session = await self._stores.sessions.get(session_id)
        if not session.is_live(self._clock.now()):
            raise NotFound(f"the session {session_id!r} has ended already")
        return await self.end([session_id])

    async def revoke_of(self, email: str) -> Sequence[Session]:
        """End every session of one person. Raises Invalid for a malformed address."""
        sessions = await self.listed(email=email)
        return await self.end([session.id for session in sessions])

    async def end(self, session_ids: Sequence[SessionId], *, why: str = "") -> Sequence[Session]:
        """End these sessions; return those that lived until now. ``why`` is told to the person.

        First the store, so that a crash cannot undo it; then the edges learn to refuse their tokens;
        then the relays cut what is open, and once more when the edges have confirmed, for whatever
        slipped in between.
        """
        if not session_ids:
            return []
        ended = await self._stores.sessions.revoke(session_ids, now=self._clock.now(), why=why)
        version = await self._publisher.publish()
        await self._relays.cut_sessions(session_ids)
        await self._publisher.wait(version, seconds=1)
        await self._relays.cut_sessions(session_ids)
        for session in ended:
            log.info("session revoked", session=session.id, person=session.identity.email, why=why)
        return ended
