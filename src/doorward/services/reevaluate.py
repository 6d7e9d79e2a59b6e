"""What happens when facts about people change while they are signed in.

The session is told, the edges learn that its older tokens do not count, and streams that would not
be opened any more are cut. Whoever may still pass notices nothing: the next request is decided anew
and its token renewed, without a redirect.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

import structlog

from doorward.model.access import Identity
from doorward.model.claims import Mentioned
from doorward.model.identity_headers import identity_headers
from doorward.model.ids import SessionId
from doorward.model.session import Session
from doorward.policy.mentions import mentions_fact
from doorward.ports.clock import Clock
from doorward.ports.stores import Stores
from doorward.services.current import Current
from doorward.services.live_streams import LiveStreams
from doorward.services.publish import Publisher

log = structlog.get_logger("services.reevaluate")

ANSWER = 1.0
"""Seconds that edges have to take the change before streams are looked at once more."""


class Reevaluation:
    """Brings changed facts into force."""

    def __init__(
        self,
        stores: Stores,
        *,
        current: Current,
        publisher: Publisher,
        streams: LiveStreams,
        clock: Clock,
    ) -> None:
        self._stores = stores
        self._current = current
        self._publisher = publisher
        self._streams = streams
        self._clock = clock

    async def facts_changed(self, changes: Sequence[tuple[Session, Identity]]) -> None:
        """Each session's person is from now on as the identity says.

        Facts that no policy looks at are kept without disturbing anybody.
        """
        now = self._clock.now()
        touched: set[SessionId] = set()
        for session, identity in changes:
            # How they proved themselves at sign-in stays true: a provider that is asked without them knows
            # of no other time.
            fresh = replace(identity, contexts=frozenset(), methods=session.identity.methods)
            if fresh == session.identity:
                continue
            matters = self._matters(session.identity, fresh)
            changed = now if matters else session.changed
            known = await self._stores.sessions.update(replace(session, identity=fresh, changed=changed))
            if matters and known:
                touched.add(session.id)
            if known:
                log.info("facts changed", session=session.id, person=fresh.email, matters=matters)
        await self._bring_into_force(touched)

    async def tokens_outdated(self, sessions: Sequence[Session]) -> None:
        """Something about these sessions that tokens speak of has ended early: tokens made until now do not
        count any more, and streams that would not be opened now are cut."""
        wanted = [session.id for session in sessions]
        touched = await self._stores.sessions.outdate(wanted, now=self._clock.now())
        await self._bring_into_force(touched)

    async def reports_changed(self, changes: Mapping[SessionId, Collection[str]]) -> None:
        """Of each session, or of its person, the facts of these names are reported otherwise now, or no
        longer: the store holds what is so.

        Facts that no policy looks at disturb nobody.
        """
        await self._bring_into_force(await self.outdate(changes))

    async def outdate(self, changes: Mapping[SessionId, Collection[str]]) -> Sequence[SessionId]:
        """Tokens of these sessions that were made before now do not count any more, where a policy looks at
        one of the facts. Returns the sessions that this concerns; edges are not told yet."""
        names = {name for changed in changes.values() for name in changed}
        mattering = {name for name in names if self._is_looked_at(name)}
        wanted = [session for session, changed in changes.items() if mattering & set(changed)]
        if not wanted:
            return ()
        touched = await self._stores.sessions.outdate(wanted, now=self._clock.now())
        log.info("reported facts change", facts=sorted(mattering), sessions=len(touched))
        return touched

    async def _bring_into_force(self, touched: Collection[SessionId]) -> None:
        """Streams are judged before the edges know, for that may take a while, and again when they do."""
        if not touched:
            return
        await self._streams.recheck(touched)
        version = await self._publisher.publish()
        await self._publisher.wait(version, seconds=ANSWER)
        await self._streams.recheck(touched)

    def _is_looked_at(self, name: str) -> bool:
        return any(mentions_fact(compiled, name) for compiled in self._current.get().compiled.values())

    def _matters(self, before: Identity, after: Identity) -> bool:
        """Whether a token would say something else, or a policy might decide otherwise."""
        if (before.email, before.upn) != (after.email, after.upn):
            return True
        compiled = self._current.get().compiled.values()
        return any(_facts(before, c.mentioned) != _facts(after, c.mentioned) for c in compiled)


def _facts(identity: Identity, mentioned: Mentioned) -> tuple[object, ...]:
    return (
        identity.groups & mentioned.groups,
        identity.roles & mentioned.roles,
        identity.claims & mentioned.claims,
        identity_headers(mentioned.headers, identity),
    )
