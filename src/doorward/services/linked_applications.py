"""Applications that call each other: a person's token of one, shown to another by the first one's server.

Rule: the token lets nobody into anything by itself. The person's session must live, and the linked
application's own policies must admit this very person now, as a person.
Rule: so a chain ends after one step. A token that another application was given for somebody whom its
own policies do not admit leads nowhere.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Collection
from dataclasses import dataclass
from datetime import datetime
from ipaddress import IPv4Address, IPv6Address

from doorward.envoy import names
from doorward.model.access import AccessRequest
from doorward.model.application import Application
from doorward.model.errors import Refused
from doorward.model.ids import ApplicationId
from doorward.model.policy import Action
from doorward.model.session import Session
from doorward.policy.decision import Decision
from doorward.policy.evaluate import evaluate
from doorward.policy.linked_applications import linked_to
from doorward.services.current import InForce
from doorward.services.proofs import Proof
from doorward.services.questions import Question
from doorward.services.requests import Requests
from doorward.services.tokens import Tokens

ProofOfToken = Callable[[InForce, Application, str], Awaitable[Proof | None]]
"""What a token of an application proves there, if anything."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A call from a linked application's server on behalf of the session's person, and what was decided.

    ``person`` holds the facts as if the person came themselves: of those a token must speak. ``until`` is
    when the token ends that was shown.
    """

    session: Session
    decision: Decision
    person: AccessRequest
    until: datetime


class LinkedApplications:
    """Recognises such calls."""

    def __init__(self, *, requests: Requests, tokens: Tokens, proof_of_token: ProofOfToken) -> None:
        self._requests = requests
        self._tokens = tokens
        self._proof_of_token = proof_of_token

    async def recognise(self, in_force: InForce, application: Application, question: Question) -> Call | None:
        """None where the request proves nothing of the kind. Raises Refused for ambiguous credentials."""
        token = question.header(names.CLIENT_TOKEN_HEADER)
        if not token or not linked_to(in_force.compiled[application.id]):
            return None
        try:
            claims = self._tokens.verify(token)
        except Refused:
            return None
        linked = _with_audience(in_force, application, claims.get("aud"))
        proof = await self._proof_of_token(in_force, linked, token) if linked is not None else None
        if linked is None or proof is None:
            return None
        session = proof.session
        decisions = decided(
            self._requests,
            in_force,
            application,
            session,
            source=question.source,
            method=question.method,
            target=question.target,
            certificate=question.certificate,
            of=[linked.id],
        )
        async for decision in decisions:
            person = await self._requests.of(
                in_force,
                application,
                source=question.source,
                session=session,
                method=question.method,
                target=question.target,
                certificate=question.certificate,
                ask=False,
            )
            return Call(session=session, decision=decision, person=person, until=proof.until)
        return None


def _with_audience(in_force: InForce, application: Application, audience: object) -> Application | None:
    """The application that a token with this ``aud`` claim belongs to, if ``application`` takes its tokens;
    never ``application`` itself, whose own tokens are a person's proof there."""
    for linked in sorted(linked_to(in_force.compiled[application.id])):
        found = in_force.by_id.get(linked)
        if found is not None and found.id != application.id and audience == [found.audience]:
            return found
    return None


async def decided(  # noqa: PLR0913 - a call has as many facts as a request
    requests: Requests,
    in_force: InForce,
    application: Application,
    session: Session,
    *,
    source: IPv4Address | IPv6Address,
    method: str = "",
    target: str = "",
    certificate: str = "",
    of: Collection[ApplicationId] | None = None,
) -> AsyncIterator[Decision]:
    """What is decided about a call on behalf of the session's person, from each linked application (of
    these, where given) that admits them now.

    ``source`` is where the call comes from, the other application's server. It counts for both: where the
    person is, nobody knows. Which method and path they asked for there is unknown.
    """
    if not in_force.takes(application, session):
        return
    wanted = linked_to(in_force.compiled[application.id])
    for linked in sorted(wanted if of is None else wanted & set(of)):
        other = in_force.by_id.get(linked)
        if other is None or other.id == application.id:
            continue
        there = await requests.of(in_force, other, source=source, session=session)
        if evaluate(in_force.compiled[other.id], there).action is not Action.ALLOW:
            continue
        request = await requests.of(
            in_force,
            application,
            source=source,
            linked=other.id,
            method=method,
            target=target,
            certificate=certificate,
        )
        yield evaluate(in_force.compiled[application.id], request)
