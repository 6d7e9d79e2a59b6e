"""Grants in a dictionary, with the same promises as a database's."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime

from doorward.model.errors import Conflict, NotFound
from doorward.model.grant import Grant
from doorward.model.ids import ApplicationId, GrantId, SessionId
from doorward.ports.stores import Sessions
from tests.fakes.faults import Faults


class FakeGrants:
    """Grants of the sessions in ``sessions``."""

    def __init__(self, sessions: Sessions, faults: Faults | None = None) -> None:
        self._sessions = sessions
        self._grants: dict[GrantId, Grant] = {}
        self._faults = faults or Faults()

    async def add(self, grant: Grant) -> None:
        self._faults.check()
        await self._sessions.get(grant.session)
        if grant.id in self._grants:
            raise Conflict("there is a grant with this id already")
        self._grants[grant.id] = grant

    async def get(self, grant_id: GrantId) -> Grant:
        self._faults.check()
        if grant_id not in self._grants:
            raise NotFound(f"there is no grant {grant_id!r}")
        return self._grants[grant_id]

    async def save(self, grant: Grant) -> Grant:
        stored = await self.get(grant.id)
        if stored.version != grant.version:
            raise Conflict("somebody else decided on this meanwhile: look at it again")
        self._grants[grant.id] = replace(grant, version=grant.version + 1)
        return self._grants[grant.id]

    async def of_session(
        self, session: SessionId, *, application: ApplicationId | None = None
    ) -> Sequence[Grant]:
        self._faults.check()
        try:
            await self._sessions.get(session)
        except NotFound:
            return []
        return _newest_first(
            grant
            for grant in self._grants.values()
            if grant.session == session and application in {None, grant.application}
        )

    async def open(self, *, now: datetime) -> Sequence[Grant]:
        self._faults.check()
        return _newest_first(grant for grant in self._grants.values() if grant.is_waiting or grant.gives(now))


def _newest_first(grants: Iterable[Grant]) -> Sequence[Grant]:
    by_id = sorted(grants, key=lambda grant: grant.id)
    return sorted(by_id, key=lambda grant: grant.asked, reverse=True)
