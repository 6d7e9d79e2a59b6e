"""Passkeys, apps and recovery codes in dictionaries."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime

from doorward.model.errors import Conflict, NotFound
from doorward.ports.credentials import CodeApp, Held, Owner, Passkey
from tests.fakes.faults import Faults


class FakeCredentials:
    """Passkeys by id, the others by their owner."""

    def __init__(self, faults: Faults | None = None) -> None:
        self._faults = faults or Faults()
        self._passkeys: dict[str, Passkey] = {}
        self._apps: dict[Owner, tuple[CodeApp, int]] = {}
        self._codes: dict[Owner, set[str]] = {}

    async def held(self, owner: Owner) -> Held:
        self._faults.check()
        mine = [passkey for passkey in self._passkeys.values() if passkey.owner == owner]
        app = self._apps.get(owner)
        return Held(
            passkeys=sorted(mine, key=lambda passkey: (passkey.created, passkey.id)),
            app=app[0] if app else None,
            recovery_codes=len(self._codes.get(owner, ())),
        )

    async def passkey(self, passkey_id: str) -> Passkey:
        self._faults.check()
        if passkey_id not in self._passkeys:
            raise NotFound("there is no such passkey")
        return self._passkeys[passkey_id]

    async def add_passkey(self, passkey: Passkey) -> None:
        self._faults.check()
        if passkey.id in self._passkeys:
            raise Conflict("this passkey is here already")
        self._passkeys[passkey.id] = passkey

    async def rename_passkey(self, owner: Owner, passkey_id: str, name: str) -> None:
        self._passkeys[passkey_id] = replace(await self._owned(owner, passkey_id), name=name)

    async def remove_passkey(self, owner: Owner, passkey_id: str) -> None:
        await self._owned(owner, passkey_id)
        del self._passkeys[passkey_id]

    async def use_passkey(self, passkey_id: str, *, sign_count: int, now: datetime) -> bool:
        self._faults.check()
        found = self._passkeys.get(passkey_id)
        if found is None or not (found.sign_count < sign_count or found.sign_count == sign_count == 0):
            return False
        self._passkeys[passkey_id] = replace(found, sign_count=sign_count, last_used=now)
        return True

    async def set_app(self, owner: Owner, secret: str, *, step: int, now: datetime) -> None:
        self._faults.check()
        self._apps[owner] = (CodeApp(secret=secret, created=now), step)

    async def remove_app(self, owner: Owner) -> None:
        self._faults.check()
        if self._apps.pop(owner, None) is None:
            raise NotFound("there is no app that shows codes")

    async def use_step(self, owner: Owner, step: int, *, now: datetime) -> bool:
        self._faults.check()
        if owner not in self._apps or self._apps[owner][1] >= step:
            return False
        self._apps[owner] = (replace(self._apps[owner][0], last_used=now), step)
        return True

    async def set_recovery_codes(self, owner: Owner, hashes: Collection[str]) -> None:
        self._faults.check()
        self._codes[owner] = set(hashes)

    async def use_recovery_code(self, owner: Owner, code_hash: str) -> bool:
        self._faults.check()
        known = self._codes.get(owner, set())
        found = code_hash in known
        known.discard(code_hash)
        return found

    async def forget(self, owners: Collection[Owner]) -> None:
        self._faults.check()
        for owner in owners:
            self._passkeys = {i: p for i, p in self._passkeys.items() if p.owner != owner}
            self._apps.pop(owner, None)
            self._codes.pop(owner, None)

    async def _owned(self, owner: Owner, passkey_id: str) -> Passkey:
        found = await self.passkey(passkey_id)
        if found.owner != owner:
            raise NotFound("there is no such passkey")
        return found
