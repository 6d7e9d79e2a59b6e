"""Gathering the facts of a request: the one place where an ``AccessRequest`` is made of what is known."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address

from doorward.model.access import AccessRequest
from doorward.model.application import Application
from doorward.model.ids import ServiceTokenId
from doorward.model.session import Session
from doorward.ports.clock import Clock
from doorward.services.current import InForce


class Requests:
    """Knows where facts come from; keeps none."""

    def __init__(self, *, clock: Clock) -> None:
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
        live stream of an application whose policies look at neither, or one whose path was too long.
        """
        now = self._clock.now()
        person = in_force.person(session, now=now) if session is not None else None
        return AccessRequest(
            application=application.id,
            source=source,
            identity=person,
            service_token=service_token,
            at=now,
            method=method,
            path=target.partition("?")[0],
            lists=in_force.membership.lists_of(source, person.email if person is not None else ""),
        )
