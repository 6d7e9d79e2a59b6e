"""What a directory's change does to people who are signed in.

Rule: it is done before the change is answered.
Rule: only sessions that this very provider vouched for are touched, and none is ever made.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from typing import Final, Protocol

from doorward.model.access import Identity
from doorward.model.directory import DirectoryUser, DirectoryUserId
from doorward.model.ids import IdentityProviderId
from doorward.model.session import Session
from doorward.ports.clock import Clock
from doorward.ports.stores import Stores
from doorward.services.directory_admission import grouped, pushes_groups, why_refused
from doorward.services.recognition import all_recognised, names_of
from doorward.services.sessions import LiveSessions

LOOKS: Final = 3
"""How often sessions are looked for: a sign-in that was under way may make one just then."""


Affected = frozenset[DirectoryUserId] | None
"""None: everybody."""


class FactsChanged(Protocol):
    """Brings changed facts about people who are signed in into force."""

    async def facts_changed(self, changes: Sequence[tuple[Session, Identity]]) -> None:
        """Each session's person is from now on as the identity says."""
        ...


class DirectoryEffects:
    """Brings live sessions in line with the directory. Whom that failed for is remembered, and comes
    with the next change of the provider: the directory repeats what it got no answer to."""

    def __init__(self, stores: Stores, *, sessions: LiveSessions, facts: FactsChanged, clock: Clock) -> None:
        self._stores = stores
        self._sessions = sessions
        self._facts = facts
        self._clock = clock
        self._owed: defaultdict[IdentityProviderId, set[DirectoryUserId]] = defaultdict(set)

    async def settle(self, provider: IdentityProviderId, affected: AbstractSet[DirectoryUserId]) -> None:
        """Bring the sessions of these people in line: end them, or give them the directory's groups."""
        owed = self._owed[provider]
        owed |= affected
        await self._settle(provider, frozenset(owed))
        owed.clear()

    async def settle_everybody(self, provider: IdentityProviderId) -> None:
        """The same for whoever is signed in: what was begun before this process, and cut short."""
        await self._settle(provider, None)

    async def _settle(self, provider: IdentityProviderId, affected: Affected) -> None:
        for _ in range(LOOKS):
            refused = [
                (session, person)
                for session, person in await self._sessions_of(provider, affected)
                if not person.may_sign_in
            ]
            if not refused:
                break
            for why in sorted({why_refused(person) for _, person in refused}):
                ended = [session.id for session, person in refused if why_refused(person) == why]
                await self._sessions.end(ended, why=why)
        if await pushes_groups(self._stores.directory, provider):
            await self._facts.facts_changed(await self._changes(provider, affected))

    async def _changes(
        self, provider: IdentityProviderId, affected: Affected
    ) -> list[tuple[Session, Identity]]:
        changes: list[tuple[Session, Identity]] = []
        for session, person in await self._sessions_of(provider, affected):
            identity = await grouped(self._stores.directory, session.identity, person)
            if person.may_sign_in and identity != session.identity:
                changes.append((session, identity))
        return changes

    async def _sessions_of(
        self, provider: IdentityProviderId, affected: Affected
    ) -> list[tuple[Session, DirectoryUser]]:
        if affected is not None and not affected:
            return []
        sessions = await self._stores.sessions.of_provider(provider, now=self._clock.now())
        names = frozenset().union(*(names_of(session.identity) for session in sessions))
        people = await self._stores.directory.known_as(provider, names)
        found = all_recognised(people, [session.identity for session in sessions])
        return [
            (session, person)
            for session, person in zip(sessions, found, strict=True)
            if person is not None and (affected is None or person.id in affected)
        ]
