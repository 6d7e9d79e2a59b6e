"""Gathering the facts of a request: the one place where an ``AccessRequest`` is made of what is known."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from ipaddress import IPv4Address, IPv6Address

from doorward.model.access import AccessRequest
from doorward.model.application import Application
from doorward.model.ids import PolicyId, ServiceTokenId
from doorward.model.session import Session
from doorward.policy.selectors import GRANT
from doorward.ports.clock import Clock
from doorward.ports.grants import Grants
from doorward.ports.places import Places
from doorward.services.current import InForce


class Requests:
    """Knows where facts come from; keeps none."""

    def __init__(self, grants: Grants, *, places: Places, clock: Clock) -> None:
        self._grants = grants
        self._places = places
        self._clock = clock

    async def of(
        self,
        in_force: InForce,
        application: Application,
        *,
        source: IPv4Address | IPv6Address,
        session: Session | None = None,
        service_token: ServiceTokenId | None = None,
        method: str = "",
        target: str = "",
    ) -> AccessRequest:
        """The request of ``session``'s person, of a machine, or of somebody unknown.

        ``target`` is path and query. Without it and ``method`` nothing is known of either: so it is of a
        page that lists applications, say.
        """
        now = self._clock.now()
        person = in_force.person(session, now=now) if session is not None else None
        place = self._places.of(source)
        return AccessRequest(
            application=application.id,
            source=source,
            identity=person,
            service_token=service_token,
            at=now,
            method=method,
            country=place.country,
            continent=place.continent,
            path=target.partition("?")[0],
            lists=in_force.membership.lists_of(source, person.email if person is not None else ""),
            grants=await self._granted(in_force, application, session, now),
        )

    async def _granted(
        self, in_force: InForce, application: Application, session: Session | None, now: datetime
    ) -> Mapping[PolicyId, datetime]:
        """What the session was given here, with the end of each. Looked for only where a policy wants it."""
        judged = in_force.compiled[application.id].judged
        if session is None or not any(selector.kind == GRANT for selector in judged):
            return {}
        found = await self._grants.of_session(session.id, application=application.id)
        given: dict[PolicyId, datetime] = {}
        for grant in found:
            if grant.until is not None and grant.gives(now):
                given[grant.policy] = max(grant.until, given.get(grant.policy, grant.until))
        return given
