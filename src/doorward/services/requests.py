"""Gathering the facts of a request: the one place where an ``AccessRequest`` is made of what is known."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from ipaddress import IPv4Address, IPv6Address
from typing import Protocol

from doorward.model.access import AccessRequest
from doorward.model.application import Application
from doorward.model.fact import Fact
from doorward.model.grant import Grant
from doorward.model.ids import ApplicationId, PolicyId, ServiceTokenId, SessionId
from doorward.model.place import Place
from doorward.model.report import Report, Whom
from doorward.model.session import Session
from doorward.policy.facts import settled
from doorward.policy.mentions import mentions_facts
from doorward.policy.selectors import GRANT
from doorward.ports.clock import Clock
from doorward.services.client_certificates import ClientCertificates
from doorward.services.current import InForce


class KnownFacts(Protocol):
    """Of ``ports.facts.Facts``, what a request needs; ``logged_facts`` has it of the past."""

    async def of(self, whom: Collection[Whom], *, now: datetime) -> Sequence[Report]:
        """See ``Facts.of``."""
        ...


class KnownGrants(Protocol):
    """Of ``ports.grants.Grants``, the same."""

    async def of_session(
        self, session: SessionId, *, application: ApplicationId | None = None
    ) -> Sequence[Grant]:
        """See ``Grants.of_session``."""
        ...


class KnownPlaces(Protocol):
    """Of ``ports.places.Places``, the same."""

    def of(self, address: IPv4Address | IPv6Address) -> Place:
        """See ``Places.of``."""
        ...


class KnownEvaluations(Protocol):
    """Of ``ExternalEvaluations``, the same."""

    async def complete(
        self, in_force: InForce, application: Application, request: AccessRequest, *, who: str, ask: bool
    ) -> AccessRequest:
        """See ``ExternalEvaluations.complete``."""
        ...


class Requests:
    """Knows where facts come from; keeps none but the ``certificates`` that it has read."""

    def __init__(
        self,
        *,
        facts: KnownFacts,
        grants: KnownGrants,
        places: KnownPlaces,
        evaluations: KnownEvaluations,
        clock: Clock,
    ) -> None:
        self._facts = facts
        self._grants = grants
        self._places = places
        self._evaluations = evaluations
        self.certificates = ClientCertificates(clock=clock)
        self._clock = clock

    async def of(  # noqa: PLR0913 - the one place that joins whatever is known
        self,
        in_force: InForce,
        application: Application,
        *,
        source: IPv4Address | IPv6Address,
        session: Session | None = None,
        service_token: ServiceTokenId | None = None,
        linked: ApplicationId | None = None,
        certificate: str = "",
        method: str = "",
        target: str = "",
        facts: Mapping[str, Fact] | None = None,
        ask: bool = True,
    ) -> AccessRequest:
        """The request of ``session``'s person, of a machine, of a ``linked`` application's server, or of
        somebody unknown.

        ``target`` is path and query. Without it and ``method`` nothing is known of either: so it is of a
        live stream of an application whose policies look at neither, or one whose path was too long.

        ``facts`` are what ``facts_of`` gave for the session, where the caller has them; they are fetched only
        where the application's policies look at some. Evaluators outside are asked where the decision hangs
        on them; without ``ask`` only what they said lately counts.

        ``at`` is never after the facts were looked at: a token that is dated by it knows of no change since.
        """
        now = self._clock.now()
        person = in_force.person(session, now=now) if session is not None else None
        place = self._places.of(source)
        if session is not None and facts is None and mentions_facts(in_force.compiled[application.id]):
            facts = await self.facts_of(session)
        request = AccessRequest(
            application=application.id,
            source=source,
            identity=person,
            service_token=service_token,
            linked=linked,
            certificate=self.certificates.counting(in_force, application, certificate),
            at=now,
            method=method,
            country=place.country,
            continent=place.continent,
            path=target.partition("?")[0],
            lists=in_force.membership.lists_of(source, person.email if person is not None else ""),
            grants=await self._granted(in_force, application, session, now),
            facts=facts or {},
        )
        who = service_token or (session.id if session is not None else "")
        return await self._evaluations.complete(in_force, application, request, who=who, ask=ask)

    async def facts_of(self, session: Session) -> Mapping[str, Fact]:
        """What sources report of the session and of its person, by name."""
        now = self._clock.now()
        whom = (Whom.person(session.identity), Whom.session(session.id))
        return settled(await self._facts.of(whom, now=now), now)

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
