"""Passes in a dictionary, with the same promises as a database's."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from doorward.model.access_pass import AccessPass
from doorward.model.errors import Conflict, NotFound
from doorward.model.ids import PassId
from doorward.ports.stores import Sessions
from tests.fakes.faults import Faults


class FakePasses:
    """Passes of the sessions in ``sessions``."""

    def __init__(self, sessions: Sessions, faults: Faults | None = None) -> None:
        self._sessions = sessions
        self._passes: dict[PassId, AccessPass] = {}
        self._secrets: dict[str, PassId] = {}
        self._faults = faults or Faults()

    async def add(self, made: AccessPass, *, secret_hash: str) -> None:
        self._faults.check()
        await self._sessions.get(made.session)
        if made.id in self._passes or secret_hash in self._secrets:
            raise Conflict("there is a pass with this id or secret already")
        self._passes[made.id] = made
        self._secrets[secret_hash] = made.id

    async def by_secret(self, secret_hash: str) -> AccessPass:
        self._faults.check()
        if secret_hash not in self._secrets:
            raise NotFound("there is no such pass")
        return await self.get(self._secrets[secret_hash])

    async def get(self, pass_id: PassId) -> AccessPass:
        self._faults.check()
        found = self._passes.get(pass_id)
        if found is None:
            raise NotFound(f"there is no pass {pass_id!r}")
        try:
            await self._sessions.get(found.session)
        except NotFound:
            raise NotFound(f"there is no pass {pass_id!r}") from None
        return found

    async def listed(self, *, owner: str | None = None) -> Sequence[AccessPass]:
        self._faults.check()
        by_id = sorted(self._passes.values(), key=lambda each: each.id)
        return sorted(
            (each for each in by_id if owner in {None, each.owner}),
            key=lambda each: each.created,
            reverse=True,
        )

    async def note_use(self, pass_id: PassId, *, now: datetime, source: str) -> None:
        self._faults.check()
        if pass_id in self._passes:
            self._passes[pass_id] = replace(self._passes[pass_id], used=now, used_from=source)

    async def remove(self, pass_id: PassId) -> None:
        self._faults.check()
        if pass_id not in self._passes:
            raise NotFound(f"there is no pass {pass_id!r}")
        del self._passes[pass_id]
        self._secrets = {h: i for h, i in self._secrets.items() if i != pass_id}
