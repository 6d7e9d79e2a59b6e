"""What happens when facts about people change while they are signed in.

The session is told, the edges learn that its older tokens do not count, and streams that would not
be opened any more are cut. Whoever may still pass notices nothing: the next request is decided anew
and its token renewed, without a redirect.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import structlog

from doorward.model.access import Identity
from doorward.model.claims import Mentioned
from doorward.model.identity_headers import identity_headers
from doorward.model.session import Session
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
        touched = False
        for session, identity in changes:
            fresh = replace(identity, contexts=frozenset())
            if fresh == session.identity:
                continue
            matters = self._matters(session.identity, fresh)
            changed = now if matters else session.changed
            known = await self._stores.sessions.update(replace(session, identity=fresh, changed=changed))
            touched |= matters and known
            if known:
                log.info("facts changed", session=session.id, person=fresh.email, matters=matters)
        if not touched:
            return
        version = await self._publisher.publish()
        await self._streams.recheck()
        await self._publisher.wait(version, seconds=ANSWER)
        await self._streams.recheck()

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
