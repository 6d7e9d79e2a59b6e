"""Sessions, audited: signing in, changed facts, and sessions that end before their time.

A session that goes on is no act: new footholds and refresh tokens, and being asked again with the same
answer. So who is signed in goes on while nothing can be recorded.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from doorward.audit.acts import ActName
from doorward.audit.instants import written_instant
from doorward.model.errors import NotFound
from doorward.model.ids import ApplicationId, IdentityProviderId, SessionId
from doorward.model.session import ApplicationSession, Session
from doorward.ports.audit import AuditLog
from doorward.ports.stores import Sessions
from doorward.services.audited.recording import recorded


class AuditedSessions:
    """``ports.stores.Sessions`` around another one."""

    def __init__(self, inner: Sessions, audit: AuditLog) -> None:
        self._inner = inner
        self._audit = audit

    # --- acts -----------------------------------------------------------------------------------

    async def create(self, session: Session, *, secret_hash: str, refresh_token: str = "") -> None:
        """See ``Sessions.create``."""
        facts = {
            **session_facts(session),
            "source": session.source,
            "user_agent": session.user_agent,
            "expires": written_instant(session.expires),
        }
        async with recorded(self._audit, ActName.SIGNED_IN, facts):
            await self._inner.create(session, secret_hash=secret_hash, refresh_token=refresh_token)

    async def update(self, session: Session, *, secret_hash: str = "") -> bool:
        """See ``Sessions.update``."""
        if not await self._says_something_new(session):
            return await self._inner.update(session, secret_hash=secret_hash)
        async with recorded(self._audit, ActName.FACTS_CHANGED, session_facts(session)):
            return await self._inner.update(session, secret_hash=secret_hash)

    async def revoke(
        self, session_ids: Sequence[SessionId], *, now: datetime, why: str = ""
    ) -> Sequence[Session]:
        """See ``Sessions.revoke``."""
        if not session_ids:
            return []
        people = await self._inner.people(session_ids)
        ended = [{"session": each, "email": people.get(each, "")} for each in session_ids]
        async with recorded(self._audit, ActName.SESSIONS_ENDED, {"sessions": ended, "why": why}):
            return await self._inner.revoke(session_ids, now=now, why=why)

    async def _says_something_new(self, session: Session) -> bool:
        try:
            before = await self._inner.get(session.id)
        except NotFound:
            return False
        identity = replace(session.identity, contexts=frozenset())
        return identity != before.identity or dict(session.contexts) != dict(before.contexts)

    # --- everything else ------------------------------------------------------------------------

    async def outdate(self, session_ids: Collection[SessionId], *, now: datetime) -> Sequence[SessionId]:
        """See ``Sessions.outdate``: it follows from an act that is recorded by itself."""
        return await self._inner.outdate(session_ids, now=now)

    async def people(self, session_ids: Sequence[SessionId]) -> Mapping[SessionId, str]:
        """See ``Sessions.people``."""
        return await self._inner.people(session_ids)

    async def refresh_token(self, session_id: SessionId) -> str:
        """See ``Sessions.refresh_token``."""
        return await self._inner.refresh_token(session_id)

    async def keep_refresh_token(self, session_id: SessionId, refresh_token: str) -> None:
        """See ``Sessions.keep_refresh_token``."""
        await self._inner.keep_refresh_token(session_id, refresh_token)

    async def get(self, session_id: SessionId) -> Session:
        """See ``Sessions.get``."""
        return await self._inner.get(session_id)

    async def by_secret(self, secret_hash: str) -> Session:
        """See ``Sessions.by_secret``."""
        return await self._inner.by_secret(secret_hash)

    async def listed(self, *, email: str | None = None, now: datetime) -> Sequence[Session]:
        """See ``Sessions.listed``."""
        return await self._inner.listed(email=email, now=now)

    async def of_provider(
        self, provider: IdentityProviderId, *, now: datetime, subject: str | None = None
    ) -> Sequence[Session]:
        """See ``Sessions.of_provider``."""
        return await self._inner.of_provider(provider, now=now, subject=subject)

    async def changed_since(self, moment: datetime) -> Mapping[SessionId, datetime]:
        """See ``Sessions.changed_since``."""
        return await self._inner.changed_since(moment)

    async def revoked_since(self, moment: datetime) -> Sequence[SessionId]:
        """See ``Sessions.revoked_since``."""
        return await self._inner.revoked_since(moment)

    async def remove_ended(self, *, before: datetime) -> int:
        """See ``Sessions.remove_ended``."""
        return await self._inner.remove_ended(before=before)

    async def create_foothold(self, foothold: ApplicationSession, *, secret_hash: str) -> None:
        """See ``Sessions.create_foothold``."""
        await self._inner.create_foothold(foothold, secret_hash=secret_hash)

    async def foothold(self, secret_hash: str) -> tuple[ApplicationSession, Session]:
        """See ``Sessions.foothold``."""
        return await self._inner.foothold(secret_hash)

    async def applications_of(self, session_id: SessionId) -> Sequence[ApplicationId]:
        """See ``Sessions.applications_of``."""
        return await self._inner.applications_of(session_id)


def session_facts(session: Session) -> dict[str, object]:
    """Everything that policies may ask about the session's person."""
    identity = session.identity
    return {
        "session": session.id,
        "identity_provider": identity.identity_provider,
        "subject": identity.subject,
        "email": identity.email,
        "name": identity.name,
        "upn": identity.upn,
        "groups": sorted(identity.groups),
        "roles": sorted(identity.roles),
        "claims": [list(pair) for pair in sorted(identity.claims)],
        "methods": sorted(session.identity.methods),
        "contexts": {name: written_instant(since) for name, since in sorted(session.contexts.items())},
    }
