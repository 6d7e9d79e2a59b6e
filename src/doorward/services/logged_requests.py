"""A request of the past, made again from its decision in the audit log and what was known then."""

from __future__ import annotations

from collections.abc import Coroutine
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import Any, Final, TypeVar

from doorward.audit.entries import DecisionEntry
from doorward.model.access import AccessRequest
from doorward.model.application import Application
from doorward.model.ids import ApplicationId, ServiceTokenId, SessionId
from doorward.model.policy import Action
from doorward.model.session import Session
from doorward.policy.compiled import CompiledApplication
from doorward.policy.linked_applications import included
from doorward.policy.reasons import Reason
from doorward.policy.replay import LeftOut
from doorward.services.current import InForce
from doorward.services.logged_facts import LoggedFacts

ALLOWED: Final = "allow"
NOT_SIGNED_IN: Final = "(not signed in)"
"""Everybody of whom the log has no name: nobody had asked them."""
_BY_POLICIES: Final = frozenset({*Reason, "policy-matched"})
"""Reasons of policies' decisions, the edge's among them. Others say that no policy was looked at."""

Result = TypeVar("Result")


@dataclass(frozen=True, slots=True, kw_only=True)
class LoggedRequest:
    """A decision that can be made again. At most one of ``session``, ``service_token``, ``linked`` is set;
    with none of them nobody was known."""

    entry: DecisionEntry
    source: IPv4Address | IPv6Address
    session: Session | None = None
    service_token: ServiceTokenId | None = None
    linked: ApplicationId | None = None

    @property
    def who(self) -> str:
        """How to call whoever asked."""
        return self.entry.person or (f"service token {self.service_token}" if self.service_token else "")

    @property
    def allowed(self) -> bool:
        """What was decided."""
        return self.entry.decision == ALLOWED

    def request(self, known: LoggedFacts, in_force: InForce, application: Application) -> AccessRequest:
        """The request as this configuration sees it: with its lists, and with authentication contexts for
        as long as it has them count."""
        return _at_once(
            known.requests.of(
                in_force,
                application,
                source=self.source,
                session=self.session,
                service_token=self.service_token,
                linked=self.linked,
                method=self.entry.method,
                target=self.entry.path,
                ask=False,
            )
        )


def logged_request(
    entry: DecisionEntry, known: LoggedFacts, compiled: CompiledApplication | None
) -> LoggedRequest | LeftOut:
    """The request behind ``entry``, or why it cannot be made again.

    ``known`` looks at the moment of the entry from now on. ``compiled`` are the application's policies, to
    recognise the one that decided; None where it has none any more.
    """
    if not entry.decision or not _BY_POLICIES.issuperset(entry.reasons):
        return LeftOut.NOT_BY_POLICIES
    try:
        source = ip_address(entry.source)
    except ValueError:
        return LeftOut.UNREADABLE
    known.moment, known.country = entry.time, entry.country
    if entry.service_token:
        return LoggedRequest(entry=entry, source=source, service_token=ServiceTokenId(entry.service_token))
    if not entry.person and not entry.session:
        return LoggedRequest(entry=entry, source=source)
    links = _links(entry, compiled)
    if links is not None:
        return LoggedRequest(entry=entry, source=source, linked=links) if links else LeftOut.LINK_UNKNOWN
    session = known.session(SessionId(entry.session))
    if session is None:
        return LeftOut.PERSON_UNKNOWN
    return LoggedRequest(entry=entry, source=source, session=session)


def _links(entry: DecisionEntry, compiled: CompiledApplication | None) -> ApplicationId | None:
    """The linked application whose server asked on the person's behalf; empty where several may have,
    None where a person came themselves. A policy for machines let somebody in who is a person: so it was
    such a server."""
    for each in compiled.policies if compiled is not None else ():
        if each.policy.id == entry.policy and each.policy.action is Action.SERVICE_AUTH:
            linked = included(each.policy.rules, compiled.rule_groups) if compiled is not None else ()
            return next(iter(linked)) if len(linked) == 1 else ApplicationId("")
    return None


def _at_once(waiting: Coroutine[Any, Any, Result]) -> Result:
    """What it returns. The log answers at once, so there is nothing to wait for, and a million requests
    are not a million turns of an event loop."""
    try:
        waiting.send(None)
    except StopIteration as done:
        result: Result = done.value
        return result
    waiting.close()
    raise AssertionError("facts of the past are there at once")
