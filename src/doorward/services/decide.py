"""Answer the edge's question where the fast path could not: the authority on who may pass.

Rule: every way out of here is an explicit answer; an error is a refusal.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from doorward.envoy import names
from doorward.model.access import AccessRequest
from doorward.model.application import Application
from doorward.model.client_certificate import ClientCertificate
from doorward.model.errors import Invalid, NotFound, Refused
from doorward.model.policy import Action
from doorward.model.service_token import ProvenMachine
from doorward.model.session import Session
from doorward.policy.decision import Decision
from doorward.policy.evaluate import evaluate
from doorward.policy.missing_grant import missing_grant
from doorward.policy.reasons import Reason
from doorward.policy.step_up import missing_contexts
from doorward.policy.unidentified import needs_identity
from doorward.policy.verdicts import verdicts
from doorward.ports.clock import Clock
from doorward.ports.stores import Sessions
from doorward.services import issue
from doorward.services.cookies import set_cookie
from doorward.services.current import Current, InForce
from doorward.services.flows import Flows
from doorward.services.fresh_assertions import FreshAssertions
from doorward.services.linked_applications import Call, LinkedApplications
from doorward.services.machines import Machines
from doorward.services.passes import Passes
from doorward.services.questions import Answer, Deny, Kind, Pass, Question, SendToSignIn
from doorward.services.refusals import denied, facts_of, refusal, sentence_of
from doorward.services.requests import Requests
from doorward.services.secrets import hashed
from doorward.services.tokens import Tokens


class Decider:
    """Holds what a decision needs; keeps nothing between questions."""

    def __init__(
        self,
        *,
        current: Current,
        sessions: Sessions,
        requests: Requests,
        passes: Passes,
        machines: Machines,
        tokens: Tokens,
        flows: Flows,
        clock: Clock,
    ) -> None:
        self._current = current
        self._requests = requests
        self._passes = passes
        self._sessions = sessions
        self._machines = machines
        self._tokens = tokens
        self._flows = flows
        self._clock = clock
        self._fresh = FreshAssertions(tokens=tokens, clock=clock)
        self._linked = LinkedApplications(
            requests=requests, tokens=tokens, session_of_token=self._session_of_token
        )

    async def answer(self, question: Question) -> Answer:
        """Whether the request may pass, as whom, or what to answer instead."""
        in_force = self._current.get()
        application = in_force.by_hostname.get(question.host)
        if application is None:
            return refusal(404, "unknown-host", "There is no application at this address.")
        if in_force.asks_for_certificates(question.host) and question.server_name != question.host:
            # Its connection was opened for another hostname, where another certificate or none was asked for.
            # Browsers then open one of its own (RFC 9110 section 15.5.20).
            return refusal(421, "misdirected", "This hostname must be asked over a connection of its own.")
        answer = await self._answer(in_force, application, question)
        asked = in_force.compiled[application.id].version
        return replace(answer, facts=replace(answer.facts, policy_version=asked))

    async def _answer(self, in_force: InForce, application: Application, question: Question) -> Answer:
        try:
            machine = self._machines.recognise(in_force, application, question)
            if machine is not None:
                answer = await self._answer_machine(in_force, application, machine, question)
                return replace(answer, facts=replace(answer.facts, service_token=machine.token.id))
            answered = await self._passes.answer(in_force, application, question)
            if answered is not None:
                return answered
            session = await self._session(in_force, application, question)
            if session is None:
                call = await self._linked.recognise(in_force, application, question)
                if call is not None:
                    return self._answer_call(in_force, application, call)
        except Invalid as unreadable:
            return refusal(400, "credentials-unreadable", sentence_of(unreadable))
        except Refused as refused:
            return refusal(401, "credentials-refused", sentence_of(refused))
        return await self._answer_person(in_force, application, session, question)

    async def identify(self, question: Question) -> tuple[Application, Session | None]:
        """The application of a host and the live session that the request proves there.

        Raises NotFound for a host that is no application; Refused for ambiguous credentials.
        """
        in_force = self._current.get()
        application = in_force.by_hostname.get(question.host)
        if application is None:
            raise NotFound("there is no application at this address")
        return application, await self._session(in_force, application, question)

    async def _session(
        self, in_force: InForce, application: Application, question: Question
    ) -> Session | None:
        """The live session that the request proves, by its foothold cookie or a token of ours."""
        secret = question.cookie(names.FOOTHOLD_COOKIE)
        if secret:
            session = await self._session_of_foothold(application, secret)
            if session is not None:
                return session
        token = question.header(names.CLIENT_TOKEN_HEADER) or question.cookie(names.TOKEN_COOKIE)
        if not token:
            return None
        return await self._session_of_token(in_force, application, token)

    async def _session_of_foothold(self, application: Application, secret: str) -> Session | None:
        try:
            foothold, session = await self._sessions.foothold(hashed(secret))
        except NotFound:
            return None
        now = self._clock.now()
        live = session.is_live(now) and now < foothold.expires
        return session if live and foothold.application == application.id else None

    async def _session_of_token(
        self, in_force: InForce, application: Application, token: str
    ) -> Session | None:
        """None for a token that does not hold, is for elsewhere, or was ended by a generation."""
        try:
            claims = self._tokens.verify(token)
        except Refused:
            return None
        ours = f"{in_force.configuration.generation}.{application.generation}."
        if application.audience not in claims.get("aud", ()) or not claims.get("sid"):
            return None
        if not str(claims.get("gen", "")).startswith(ours):
            return None
        try:
            session = await self._sessions.get(claims["sid"])
        except NotFound:
            return None
        live = session.is_live(self._clock.now()) and not session.pass_name
        return session if live else None

    async def _answer_machine(
        self, in_force: InForce, application: Application, machine: ProvenMachine, question: Question
    ) -> Answer:
        """A pass without a cookie, or a refusal: a machine is never sent to sign in."""
        request = await self._requests.of(
            in_force,
            application,
            source=question.source,
            service_token=machine.token.id,
            method=question.method,
            target=question.target,
            certificate=question.certificate,
        )
        decision = evaluate(in_force.compiled[application.id], request)
        who = f"service token {machine.token.id}"
        if not decision.allowed:
            return denied(application, decision, person=who, session=machine.credential)
        facts = facts_of(Kind.ALLOW, decision, person=who, session=machine.credential)
        if decision.action is Action.BYPASS:
            return Pass(facts=facts)
        return Pass(
            facts=facts,
            headers={
                names.ASSERTION_HEADER: self._machines.assertion(in_force, application, machine, request),
                names.SESSION_HEADER: machine.credential,
            },
        )

    def _answer_call(self, in_force: InForce, application: Application, call: Call) -> Answer:
        """The token that goes to the origin is the person's, and ends no later than the one shown."""
        email, session = call.session.identity.email, call.session
        if not call.decision.allowed:
            return denied(application, call.decision, person=email, session=session.id)
        facts = facts_of(Kind.ALLOW, call.decision, person=email, session=session.id)
        if call.decision.action is Action.BYPASS:
            return Pass(facts=facts)
        now = call.person.at or self._clock.now()
        issued = issue.for_person(
            self._tokens, in_force, application, session, request=call.person, now=now, until=call.until
        )
        return Pass(facts=facts, headers=_identity_headers(issued, session))

    async def _answer_person(
        self,
        in_force: InForce,
        application: Application,
        session: Session | None,
        question: Question,
    ) -> Answer:
        compiled = in_force.compiled[application.id]
        request = await self._requests.of(
            in_force,
            application,
            source=question.source,
            session=session,
            method=question.method,
            target=question.target,
            certificate=question.certificate,
        )
        decision = evaluate(compiled, request)
        if decision.allowed:
            return self._pass(in_force, application, session, decision, question, request)
        if session is not None:
            wanted = missing_grant(compiled, request)
            if wanted is not None:
                asks = Reason.APPROVAL_REQUIRED if wanted.approval is not None else Reason.PURPOSE_REQUIRED
                return self._ask_more(application, session, question, asks)
            if missing_contexts(compiled, request):
                return self._ask_more(application, session, question, Reason.CONTEXT_REQUIRED)
            if not in_force.takes(application, session):
                return self._ask_more(application, session, question, Reason.OTHER_IDENTITY_PROVIDER)
            return denied(application, decision, person=session.identity.email, session=session.id)
        if not needs_identity(compiled, request):
            return denied(application, decision, person="")
        return self._ask_who(application, decision, question)

    def _pass(
        self,
        in_force: InForce,
        application: Application,
        session: Session | None,
        decision: Decision,
        question: Question,
        request: AccessRequest,
    ) -> Pass:
        """Identity goes with the request only where a policy that looks at identity allowed it."""
        if session is None and decision.action is Action.SERVICE_AUTH and request.certificate is not None:
            return self._pass_certificate(in_force, application, request.certificate, decision, request)
        if session is None or decision.action is Action.BYPASS:
            return Pass(facts=facts_of(Kind.ALLOW, decision))
        now = request.at or self._clock.now()
        issued = issue.for_person(self._tokens, in_force, application, session, request=request, now=now)
        renews = bool(question.headers.get("cookie"))
        cookie = set_cookie(names.TOKEN_COOKIE, issued.token, lifetime=issued.lifetime)
        return Pass(
            facts=facts_of(Kind.ALLOW, decision, person=session.identity.email, session=session.id),
            headers=_identity_headers(issued, session),
            cookies=[cookie] if renews else [],
        )

    def _pass_certificate(
        self,
        in_force: InForce,
        application: Application,
        certificate: ClientCertificate,
        decision: Decision,
        request: AccessRequest,
    ) -> Pass:
        """A machine with a certificate and nothing else gets no cookie, as every machine."""
        found = verdicts(in_force.compiled[application.id], request)

        def sign(now: datetime) -> issue.Issued:
            return issue.for_certificate(
                self._tokens, in_force, application, certificate, found=found, now=now
            )

        who = f"certificate {certificate.fingerprint}"
        assertion = self._fresh.get(in_force, (application.id, who, found), sign)
        return Pass(
            facts=facts_of(Kind.ALLOW, decision, person=who), headers={names.ASSERTION_HEADER: assertion}
        )

    def _ask_more(
        self, application: Application, session: Session, question: Question, reason: Reason
    ) -> Answer:
        """Somebody is signed in, and another sign-in would let them in: send them to it."""
        decision = Decision.deny(reason)
        if not question.is_navigation:
            refused = denied(application, decision, person=session.identity.email, session=session.id)
            return replace(refused, status=401)
        departure = self._flows.begin(application, question)
        facts = facts_of(Kind.SIGN_IN, decision, person=session.identity.email, session=session.id)
        return SendToSignIn(facts=facts, location=departure.location, cookies=departure.cookies)

    def _ask_who(self, application: Application, decision: Decision, question: Question) -> Answer:
        facts = facts_of(Kind.SIGN_IN, decision)
        if not question.is_navigation:
            return Deny(
                facts=facts,
                status=401,
                sentences=["Sign in to open this application."],
                application=application.name or application.id,
                application_id=application.id,
            )
        departure = self._flows.begin(application, question)
        return SendToSignIn(facts=facts, location=departure.location, cookies=departure.cookies)


def _identity_headers(issued: issue.Issued, session: Session) -> Mapping[str, str]:
    return {
        names.ASSERTION_HEADER: issued.token,
        names.EMAIL_HEADER: session.identity.email,
        names.SESSION_HEADER: session.id,
    }
