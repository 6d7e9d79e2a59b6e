"""Passes, audited: made and removed. Using one is a decision, and no act."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from doorward.audit.acts import ActName
from doorward.audit.instants import written_instant
from doorward.model.access_pass import AccessPass
from doorward.model.ids import PassId
from doorward.ports.audit import AuditLog
from doorward.ports.passes import Passes
from doorward.services.audited.recording import recorded


class AuditedPasses:
    """``ports.passes.Passes`` around another one."""

    def __init__(self, inner: Passes, audit: AuditLog) -> None:
        self._inner = inner
        self._audit = audit

    async def add(self, made: AccessPass, *, secret_hash: str) -> None:
        """See ``Passes.add``."""
        facts = {
            "pass": made.id,
            "session": made.session,
            "application": made.application,
            "name": made.name,
            "paths": list(made.paths),
            "expires": written_instant(made.expires),
        }
        async with recorded(self._audit, ActName.PASS_MADE, facts):
            await self._inner.add(made, secret_hash=secret_hash)

    async def by_secret(self, secret_hash: str) -> AccessPass:
        """See ``Passes.by_secret``."""
        return await self._inner.by_secret(secret_hash)

    async def get(self, pass_id: PassId) -> AccessPass:
        """See ``Passes.get``."""
        return await self._inner.get(pass_id)

    async def listed(self, *, owner: str | None = None) -> Sequence[AccessPass]:
        """See ``Passes.listed``."""
        return await self._inner.listed(owner=owner)

    async def note_use(self, pass_id: PassId, *, now: datetime, source: str) -> None:
        """See ``Passes.note_use``."""
        await self._inner.note_use(pass_id, now=now, source=source)

    async def remove(self, pass_id: PassId) -> None:
        """See ``Passes.remove``."""
        async with recorded(self._audit, ActName.PASS_REMOVED, {"pass": pass_id}):
            await self._inner.remove(pass_id)
