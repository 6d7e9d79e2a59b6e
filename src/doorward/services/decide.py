"""Answer the edge's question where the fast path could not: the authority on who may pass.

Rule: every way out of here is an explicit answer; an error is a refusal.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from types import MappingProxyType

from doorward.envoy import names
from doorward.model.access import AccessRequest
from doorward.model.application import Application, ApplicationType
from doorward.model.application_options import WithoutSignIn
from doorward.model.errors import NotFound, Refused
from doorward.model.identity_headers import identity_headers
from doorward.model.policy import Action
from doorward.model.service_token import ServiceToken
from doorward.model.session import Session
from doorward.policy.decision import Decision
from doorward.policy.evaluate import evaluate
from doorward.policy.explain import sentences
from doorward.policy.reasons import Reason
from doorward.policy.step_up import missing_contexts
from doorward.policy.unidentified import needs_identity
from doorward.ports.clock import Clock
from doorward.ports.stores import Sessions
from doorward.services import issue
from doorward.services.cookies import set_cookie
from doorward.services.current import Current, InForce
from doorward.services.flows import Flows
from doorward.services.proofs import Proof, Proofs
from doorward.services.questions import Answer, Deny, Facts, Kind, Pass, Question, SendAway, SendToSignIn
from doorward.services.requests import Requests
from doorward.services.secrets import fits
from doorward.services.tokens import Tokens


class Decider:
    """Holds what a decision needs; keeps nothing between questions."""

    def __init__(
        self,
        *,
        current: Current,
        sessions: Sessions,
        requests: Requests,
        tokens: Tokens,
        flows: Flows,
        clock: Clock,
    ) -> None:
        self._current = current
        self._requests = requests
        self._proofs = Proofs(sessions, tokens=tokens, clock=clock)
        self._tokens = tokens
        self._flows = flows
        self._clock = clock

    async def answer(self, question: Question) -> Answer:
        """Whether the request may pass, as whom, or what to answer instead."""
        in_force = self._current.get()
        application = in_force.destinations.application_at(question.host, question.path)
        if application is None:
            return _refusal(404, "unknown-host", "There is no application at this address.")
        if application.type is not ApplicationType.SELF_HOSTED:
            return _refusal(426, "not-http", "This application speaks TCP: a browser cannot open it.")
        try:
            machine = self._machine(in_force, question)
            if machine is not None:
                return await self._answer_machine(in_force, application, machine, question)
            proof = await self._proofs.at(in_force, application, question)
        except Refused as refused:
            return _refusal(401, "credentials-refused", _sentence(refused))
        return await self._answer_person(in_force, application, proof, question)

    async def identify(self, question: Question) -> Sequence[Session]:
        """The live sessions that the request proves at the applications of a host, each once: mostly one,
        as people sign in once for all of them.

        Raises NotFound for a host that is no application's; Refused for ambiguous credentials.
        """
        in_force = self._current.get()
        applications = in_force.at(question.host)
        if not applications:
            raise NotFound("there is no application at this address")
        proofs = [await self._proofs.at(in_force, application, question) for application in applications]
        return tuple({proof.session.id: proof.session for proof in proofs if proof is not None}.values())

    def _machine(self, in_force: InForce, question: Question) -> ServiceToken | None:
        """The service token whose id and secret the request carries. Raises Refused for wrong ones."""
        client_id = question.header(names.CLIENT_ID_HEADER)
        secret = question.header(names.CLIENT_SECRET_HEADER)
        if not client_id and not secret:
            return None
        for token in in_force.configuration.service_tokens:
            if token.client_id == client_id and fits(secret, token.secret_hash):
                if token.expires is not None and token.expires <= self._clock.now():
                    raise Refused("the service token has expired")
                return token
        raise Refused("the service token is not known here")

    async def _answer_machine(
        self, in_force: InForce, application: Application, machine: ServiceToken, question: Question
    ) -> Answer:
        request = await self._requests.of(
            in_force,
            application,
            source=question.source,
            service_token=machine.id,
            method=question.method,
            target=question.target,
        )
        decision = evaluate(in_force.compiled[application.id], request)
        who = f"service token {machine.id}"
        if not decision.allowed:
            return _denied(application, decision, question, person=who)
        facts = _facts(Kind.ALLOW, decision, person=who)
        if decision.action is Action.BYPASS:
            return Pass(facts=facts)
        now = self._clock.now()
        issued = issue.for_machine(self._tokens, in_force, application, machine, request=request, now=now)
        return Pass(
            facts=facts,
            headers={names.ASSERTION_HEADER: issued.token},
            cookies=[_token_cookie(application, issued)],
        )

    async def _answer_person(
        self,
        in_force: InForce,
        application: Application,
        proof: Proof | None,
        question: Question,
    ) -> Answer:
        compiled = in_force.compiled[application.id]
        session = proof.session if proof is not None else None
        request = await self._requests.of(
            in_force,
            application,
            source=question.source,
            session=session,
            method=question.method,
            target=question.target,
        )
        decision = evaluate(compiled, request)
        if decision.allowed and (proof is None or decision.action is Action.BYPASS):
            return Pass(facts=_facts(Kind.ALLOW, decision))
        if decision.allowed and proof is not None:
            until = proof.ends(application, compiled, decision)
            if until <= self._clock.now():
                return self._ask_who(application, Decision.deny(Reason.SESSION_ENDED), question)
            return self._pass(in_force, application, replace(proof, until=until), decision, question, request)
        if session is not None:
            if missing_contexts(compiled, request):
                return self._ask_more(application, session, question, Reason.CONTEXT_REQUIRED)
            if not in_force.takes(application, session):
                return self._ask_more(application, session, question, Reason.OTHER_IDENTITY_PROVIDER)
            person = session.identity.email
            return _denied(application, decision, question, person=person, session=session.id)
        if not needs_identity(compiled, request):
            return _denied(application, decision, question, person="")
        return self._ask_who(application, decision, question)

    def _pass(
        self,
        in_force: InForce,
        application: Application,
        proof: Proof,
        decision: Decision,
        question: Question,
        request: AccessRequest,
    ) -> Pass:
        """Identity goes with the request only where a policy that looks at identity allowed it."""
        session = proof.session
        issued = issue.for_person(
            self._tokens,
            in_force,
            application,
            session,
            request=request,
            policy=decision.policy,
            until=proof.until,
            now=self._clock.now(),
        )
        renews = bool(question.headers.get("cookie"))
        person = request.identity or session.identity
        return Pass(
            facts=_facts(Kind.ALLOW, decision, person=session.identity.email, session=session.id),
            headers={
                names.ASSERTION_HEADER: issued.token,
                names.EMAIL_HEADER: session.identity.email,
                names.SESSION_HEADER: session.id,
                **identity_headers(application.origin.identity_headers, person),
            },
            cookies=[_token_cookie(application, issued)] if renews else [],
        )

    def _ask_more(
        self, application: Application, session: Session, question: Question, reason: Reason
    ) -> Answer:
        """Somebody is signed in, and another sign-in would let them in: send them to it."""
        decision = Decision.deny(reason)
        if not _may_be_sent(application, question):
            return Deny(
                facts=_facts(Kind.DENY, decision, person=session.identity.email, session=session.id),
                status=401,
                sentences=sentences(decision),
                application=application.name or application.id,
                application_id=application.id,
                failed_rule=failed_rule(decision),
            )
        departure = self._flows.begin(application, question)
        facts = _facts(Kind.SIGN_IN, decision, person=session.identity.email, session=session.id)
        return SendToSignIn(facts=facts, location=departure.location, cookies=departure.cookies)

    def _ask_who(self, application: Application, decision: Decision, question: Question) -> Answer:
        facts = _facts(Kind.SIGN_IN, decision)
        if not _may_be_sent(application, question):
            return Deny(
                facts=facts,
                status=401,
                sentences=["Sign in to open this application."],
                application=application.name or application.id,
                application_id=application.id,
            )
        departure = self._flows.begin(application, question)
        return SendToSignIn(facts=facts, location=departure.location, cookies=departure.cookies)


def _facts(kind: Kind, decision: Decision, *, person: str = "", session: str = "") -> Facts:
    return Facts(
        decision=kind,
        person=person,
        session=session,
        policy=decision.policy or "",
        reason=",".join(decision.reasons),
    )


def _token_cookie(application: Application, issued: issue.Issued) -> str:
    name = names.token_cookie(application)
    return set_cookie(name, issued.token, lifetime=issued.lifetime, same_site=application.same_site)


def _may_be_sent(application: Application, question: Question) -> bool:
    """Whether whoever asks can be sent to the sign-in, rather than be told 401."""
    return question.is_navigation and application.sign_in is WithoutSignIn.REDIRECT


def _denied(
    application: Application, decision: Decision, question: Question, *, person: str, session: str = ""
) -> Deny | SendAway:
    facts = _facts(Kind.DENY, decision, person=person, session=session)
    page = application.deny_page
    if page is not None and page.redirect and question.is_navigation:
        return SendAway(facts=facts, location=page.redirect)
    return Deny(
        facts=facts,
        status=403,
        sentences=sentences(decision),
        application=application.name or application.id,
        application_id=application.id,
        failed_rule=failed_rule(decision),
        page=page,
    )


FAILED_RULES = MappingProxyType(
    {
        Reason.DENIED_BY_POLICY: "deny policy",
        Reason.EXCLUDED: "exclude",
        Reason.NOT_REQUIRED: "require",
        Reason.OTHER_IDENTITY_PROVIDER: "identity provider",
        Reason.CONTEXT_REQUIRED: "authentication context",
        Reason.NOT_INCLUDED: "include",
        Reason.NO_POLICIES: "no policy",
    }
)


def failed_rule(decision: Decision) -> str:
    """The type of rule that failed, in a word or two; the most telling where several did."""
    return next((word for reason, word in FAILED_RULES.items() if reason in decision.reasons), "")


def _sentence(refused: Refused) -> str:
    words = str(refused)
    return f"{words[:1].upper()}{words[1:]}."


def _refusal(status: int, reason: str, sentence: str) -> Deny:
    return Deny(facts=Facts(decision=Kind.DENY, reason=reason), status=status, sentences=[sentence])
