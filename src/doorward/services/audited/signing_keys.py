"""Signing keys, audited."""

from __future__ import annotations

from collections.abc import Sequence

from doorward.audit.acts import ActName
from doorward.audit.instants import written_instant
from doorward.ports.audit import AuditLog
from doorward.ports.stores import SigningKey, SigningKeys
from doorward.services.audited.recording import recorded


class AuditedSigningKeys:
    """``ports.stores.SigningKeys`` around another one."""

    def __init__(self, inner: SigningKeys, audit: AuditLog) -> None:
        self._inner = inner
        self._audit = audit

    async def listed(self) -> Sequence[SigningKey]:
        """See ``SigningKeys.listed``."""
        return await self._inner.listed()

    async def add(self, key: SigningKey) -> None:
        """See ``SigningKeys.add``."""
        facts = {"kid": key.kid, "not_before": written_instant(key.not_before)}
        async with recorded(self._audit, ActName.SIGNING_KEY_ADDED, facts):
            await self._inner.add(key)

    async def replace_all(self, key: SigningKey) -> None:
        """See ``SigningKeys.replace_all``."""
        facts = {"kid": key.kid, "not_before": written_instant(key.not_before)}
        async with recorded(self._audit, ActName.SIGNING_KEYS_REPLACED, facts):
            await self._inner.replace_all(key)

    async def remove(self, kid: str) -> None:
        """See ``SigningKeys.remove``."""
        async with recorded(self._audit, ActName.SIGNING_KEY_REMOVED, {"kid": kid}):
            await self._inner.remove(kid)
