"""Answer the edge's question where the fast path could not: the authority on who may pass.

Rule: every way out of here is an explicit answer; an error is a refusal.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from doorward.envoy import names
from doorward.model.access import AccessRequest
from doorward.model.application import Application, ApplicationType
from doorward.model.application_options import WithoutSignIn
from doorward.model.client_certificate import ClientCertificate
from doorward.model.errors import Invalid, NotFound, Refused
from doorward.model.policy import Action
from doorward.model.service_token import ProvenMachine
from doorward.model.session import Session
from doorward.policy.compiled import CompiledApplication
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
from doorward.services.proofs import Proof, Proofs
from doorward.services.questions import Answer, Deny, Kind, Pass, Question, SendToSignIn
from doorward.services.refusals import denied, facts_of, refusal, refused_by_policies, sentence_of
from doorward.services.requests import Requests
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
        self._machines = machines
        self._proofs = Proofs(sessions, tokens=tokens, clock=clock)
        self._tokens = tokens
        self._flows = flows
        self._clock = clock
        self._fresh = FreshAssertions(tokens=tokens, clock=clock)
        self._linked = LinkedApplications(
            requests=requests, tokens=tokens, proof_of_token=self._proofs.by_token
        )

    async def answer(self, question: Question) -> Answer:
        """Whether the request may pass, as whom, or what to answer instead."""
        in_force = self._current.get()
        application = in_force.destinations.application_at(question.host, question.path)
        if application is None:
            return refusal(404, "unknown-host", "There is no application at this address.")
        if in_force.asks_for_certificates(question.host) and question.server_name != question.host:
            # Its connection was opened for another hostname, where another certificate or none was asked for.
            # Browsers then open one of its own (RFC 9110 section 15.5.20).
            return refusal(421, "misdirected", "This hostname must be asked over a connection of its own.")
        if application.type is not ApplicationType.SELF_HOSTED:
            return refusal(426, "not-http", "This application speaks TCP: a browser cannot open it.")
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
            proof = await self._proofs.at(in_force, application, question)
            if proof is None:
                call = await self._linked.recognise(in_force, application, question)
                if call is not None:
                    return self._answer_call(in_force, application, call, question)
        except Invalid as unreadable:
            return refusal(400, "credentials-unreadable", sentence_of(unreadable))
        except Refused as refused:
            return refusal(401, "credentials-refused", sentence_of(refused))
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
            return denied(application, decision, question, person=who, session=machine.credential)
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

    def _answer_call(
        self, in_force: InForce, application: Application, call: Call, question: Question
    ) -> Answer:
        """The token that goes to the origin is the person's, and ends no later than the one shown."""
        email, session = call.session.identity.email, call.session
        if not call.decision.allowed:
            return denied(application, call.decision, question, person=email, session=session.id)
        facts = facts_of(Kind.ALLOW, call.decision, person=email, session=session.id)
        if call.decision.action is Action.BYPASS:
            return Pass(facts=facts)
        now = call.person.at or self._clock.now()
        issued = issue.for_person(
            self._tokens,
            in_force,
            application,
            session,
            request=call.person,
            stay=issue.Stay(None, call.until),
            now=now,
        )
        return Pass(facts=facts, headers=issue.identity_of(application, session, call.person, issued))

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
            certificate=question.certificate,
        )
        decision = evaluate(compiled, request)
        by_certificate = proof is None and decision.action is Action.SERVICE_AUTH
        if by_certificate and request.certificate is not None:
            return self._pass_certificate(in_force, application, request.certificate, decision, request)
        if decision.allowed and (proof is None or decision.action is Action.BYPASS):
            return Pass(facts=facts_of(Kind.ALLOW, decision))
        if decision.allowed and proof is not None:
            until = proof.ends(application, compiled, decision)
            if until <= self._clock.now():
                return self._ask_who(application, Decision.deny(Reason.SESSION_ENDED), question)
            return self._pass(in_force, application, replace(proof, until=until), decision, question, request)
        if session is not None:
            more = _missing(compiled, request)
            if more is None and not in_force.takes(application, session):
                more = Reason.OTHER_IDENTITY_PROVIDER
            if more is not None:
                return self._ask_more(application, session, question, more)
            person = session.identity.email
            return denied(application, decision, question, person=person, session=session.id)
        if not needs_identity(compiled, request):
            return denied(application, decision, question, person="")
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
            stay=issue.Stay(decision.policy, proof.until),
            now=request.at or self._clock.now(),
        )
        renews = bool(question.headers.get("cookie"))
        return Pass(
            facts=facts_of(Kind.ALLOW, decision, person=session.identity.email, session=session.id),
            headers=issue.identity_of(application, session, request, issued),
            cookies=[_token_cookie(application, issued)] if renews else [],
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
        if not _may_be_sent(application, question):
            who = session.identity.email
            return refused_by_policies(application, decision, status=401, person=who, session=session.id)
        departure = self._flows.begin(application, question)
        facts = facts_of(Kind.SIGN_IN, decision, person=session.identity.email, session=session.id)
        return SendToSignIn(facts=facts, location=departure.location, cookies=departure.cookies)

    def _ask_who(self, application: Application, decision: Decision, question: Question) -> Answer:
        facts = facts_of(Kind.SIGN_IN, decision)
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


def _missing(compiled: CompiledApplication, request: AccessRequest) -> Reason | None:
    """What would let somebody in who is signed in, if anything would."""
    wanted = missing_grant(compiled, request)
    if wanted is not None:
        return Reason.APPROVAL_REQUIRED if wanted.approval is not None else Reason.PURPOSE_REQUIRED
    return Reason.CONTEXT_REQUIRED if missing_contexts(compiled, request) else None


def _token_cookie(application: Application, issued: issue.Issued) -> str:
    name = names.token_cookie(application)
    return set_cookie(name, issued.token, lifetime=issued.lifetime, same_site=application.same_site)


def _may_be_sent(application: Application, question: Question) -> bool:
    """Whether whoever asks can be sent to the sign-in, rather than be told 401."""
    return question.is_navigation and application.sign_in is WithoutSignIn.REDIRECT
