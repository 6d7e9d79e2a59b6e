"""Grants, audited: what people gave as their reason, and who decided on it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from doorward.audit.acts import ActName
from doorward.audit.instants import written_instant
from doorward.model.grant import Grant
from doorward.model.ids import ApplicationId, GrantId, SessionId
from doorward.ports.audit import AuditLog
from doorward.ports.grants import Grants
from doorward.services.audited.recording import recorded


class AuditedGrants:
    """``ports.grants.Grants`` around another one."""

    def __init__(self, inner: Grants, audit: AuditLog) -> None:
        self._inner = inner
        self._audit = audit

    async def add(self, grant: Grant) -> None:
        """See ``Grants.add``."""
        async with recorded(self._audit, ActName.GRANT_ASKED, _facts(grant)):
            await self._inner.add(grant)

    async def get(self, grant_id: GrantId) -> Grant:
        """See ``Grants.get``."""
        return await self._inner.get(grant_id)

    async def save(self, grant: Grant) -> Grant:
        """See ``Grants.save``."""
        async with recorded(self._audit, ActName.GRANT_DECIDED, _facts(grant)):
            return await self._inner.save(grant)

    async def of_session(
        self, session: SessionId, *, application: ApplicationId | None = None
    ) -> Sequence[Grant]:
        """See ``Grants.of_session``."""
        return await self._inner.of_session(session, application=application)

    async def open(self, *, now: datetime) -> Sequence[Grant]:
        """See ``Grants.open``."""
        return await self._inner.open(now=now)


def _facts(grant: Grant) -> dict[str, object]:
    return {
        "grant": grant.id,
        "session": grant.session,
        "email": grant.person,
        "application": grant.application,
        "policy": grant.policy,
        "reason": grant.reason,
        "approved_by": list(grant.approved_by),
        "until": written_instant(grant.until) if grant.until else None,
        "closed_by": grant.closed_by,
    }
