"""Credentials, audited: what people sign in with beside a password, set up and taken away.

Using a passkey or a code is no act by itself; the sign-in that follows is.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from doorward.audit.acts import ActName
from doorward.ports.audit import AuditLog
from doorward.ports.credentials import Credentials, Held, Owner, Passkey
from doorward.services.audited.recording import recorded


class AuditedCredentials:
    """``ports.credentials.Credentials`` around another one."""

    def __init__(self, inner: Credentials, audit: AuditLog) -> None:
        self._inner = inner
        self._audit = audit

    async def held(self, owner: Owner) -> Held:
        """See ``Credentials.held``."""
        return await self._inner.held(owner)

    async def passkey(self, passkey_id: str) -> Passkey:
        """See ``Credentials.passkey``."""
        return await self._inner.passkey(passkey_id)

    async def add_passkey(self, passkey: Passkey) -> None:
        """See ``Credentials.add_passkey``."""
        facts = {**_of(passkey.owner), "passkey": passkey.id, "name": passkey.name}
        async with recorded(self._audit, ActName.PASSKEY_ADDED, facts):
            await self._inner.add_passkey(passkey)

    async def rename_passkey(self, owner: Owner, passkey_id: str, name: str) -> None:
        """See ``Credentials.rename_passkey``."""
        facts = {**_of(owner), "passkey": passkey_id, "name": name}
        async with recorded(self._audit, ActName.PASSKEY_RENAMED, facts):
            await self._inner.rename_passkey(owner, passkey_id, name)

    async def remove_passkey(self, owner: Owner, passkey_id: str) -> None:
        """See ``Credentials.remove_passkey``."""
        facts = {**_of(owner), "passkey": passkey_id}
        async with recorded(self._audit, ActName.PASSKEY_REMOVED, facts):
            await self._inner.remove_passkey(owner, passkey_id)

    async def use_passkey(self, passkey_id: str, *, sign_count: int, now: datetime) -> bool:
        """See ``Credentials.use_passkey``."""
        return await self._inner.use_passkey(passkey_id, sign_count=sign_count, now=now)

    async def set_app(self, owner: Owner, secret: str, *, step: int, now: datetime) -> None:
        """See ``Credentials.set_app``."""
        async with recorded(self._audit, ActName.CODE_APP_SET, _of(owner)):
            await self._inner.set_app(owner, secret, step=step, now=now)

    async def remove_app(self, owner: Owner) -> None:
        """See ``Credentials.remove_app``."""
        async with recorded(self._audit, ActName.CODE_APP_REMOVED, _of(owner)):
            await self._inner.remove_app(owner)

    async def use_step(self, owner: Owner, step: int, *, now: datetime) -> bool:
        """See ``Credentials.use_step``."""
        return await self._inner.use_step(owner, step, now=now)

    async def set_recovery_codes(self, owner: Owner, hashes: Collection[str]) -> None:
        """See ``Credentials.set_recovery_codes``."""
        facts = {**_of(owner), "codes": len(hashes)}
        async with recorded(self._audit, ActName.RECOVERY_CODES_MADE, facts):
            await self._inner.set_recovery_codes(owner, hashes)

    async def use_recovery_code(self, owner: Owner, code_hash: str) -> bool:
        """See ``Credentials.use_recovery_code``."""
        async with recorded(self._audit, ActName.RECOVERY_CODE_TRIED, _of(owner)):
            return await self._inner.use_recovery_code(owner, code_hash)

    async def forget(self, owners: Collection[Owner]) -> None:
        """See ``Credentials.forget``."""
        if not owners:
            return
        facts = {"people": [_of(owner) for owner in sorted(owners)]}
        async with recorded(self._audit, ActName.CREDENTIALS_FORGOTTEN, facts):
            await self._inner.forget(owners)


def _of(owner: Owner) -> dict[str, object]:
    return {"identity_provider": owner.provider, "email": owner.email}
