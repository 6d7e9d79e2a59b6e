"""From a session on the team domain into an application: a one-time code on the way, the
application's own cookies at the end. And which applications there are for somebody."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from ipaddress import IPv4Address, IPv6Address
from typing import Final

import structlog

from doorward.envoy import names
from doorward.model.access import AccessRequest
from doorward.model.application import Application, ApplicationType
from doorward.model.application_options import SameSite
from doorward.model.errors import Conflict, NotFound, Refused
from doorward.model.grant import Grant
from doorward.model.ids import SessionId
from doorward.model.policy import Policy
from doorward.model.session import ApplicationSession, Session
from doorward.policy.compiled import CompiledApplication
from doorward.policy.decision import Decision
from doorward.policy.evaluate import evaluate
from doorward.policy.launcher import visible
from doorward.policy.missing_grant import missing_grant
from doorward.policy.reasons import Reason
from doorward.policy.step_up import missing_contexts
from doorward.policy.supposing import supposing_certificates
from doorward.ports.clock import Clock, Randomness
from doorward.ports.stores import Stores
from doorward.services import issue
from doorward.services.arrivals import Onward
from doorward.services.audited.denials import Denials
from doorward.services.cookies import set_cookie
from doorward.services.current import Current
from doorward.services.flows import Flow
from doorward.services.proofs import session_end
from doorward.services.questions import Kind
from doorward.services.requests import Requests
from doorward.services.secrets import fits, hashed
from doorward.services.tokens import Tokens

log = structlog.get_logger("services.entering")

CODE_LIFETIME: Final = timedelta(seconds=60)
BETWEEN_STEP_UPS: Final = timedelta(seconds=60)
"""A session is sent to prove the same thing at most once in this time: no circle of redirects."""


@dataclass(frozen=True, slots=True)
class NotAllowed:
    """Signed in, but the application's policies say no."""

    application: Application
    decision: Decision


@dataclass(frozen=True, slots=True)
class OtherProvider:
    """Signed in, but not by an identity provider that this application takes."""

    application: Application


@dataclass(frozen=True, slots=True)
class StepUp:
    """Signed in, and allowed once these authentication contexts are satisfied."""

    application: Application
    contexts: frozenset[str]


@dataclass(frozen=True, slots=True)
class NeedsGrant:
    """Signed in, and allowed once they have said why, or somebody has approved it. ``asked`` is what they
    asked for last, if it is undecided or was refused."""

    application: Application
    policy: Policy
    asked: Grant | None


@dataclass(frozen=True, slots=True)
class Entered(Onward):
    """``anew`` where the page has to be asked for by this very host, as a new step of the browser: cookies
    that no other site may send do not come with what another site led to."""

    anew: bool = False


class Entering:
    """The use cases of entering applications. ``authority`` is a hostname as it stands in a URL."""

    def __init__(
        self,
        stores: Stores,
        *,
        current: Current,
        requests: Requests,
        denials: Denials,
        tokens: Tokens,
        authority: Callable[[str], str],
        clock: Clock,
        randomness: Randomness,
    ) -> None:
        self._stores = stores
        self._current = current
        self._requests = requests
        self._denials = denials
        self._tokens = tokens
        self._authority = authority
        self._clock = clock
        self._randomness = randomness

    def applications(self) -> Sequence[Application]:
        """All applications."""
        return self._current.get().configuration.applications

    def applications_at(self, hostname: str) -> Sequence[Application]:
        """Those that answer somewhere on a hostname."""
        return self._current.get().at(hostname)

    def url_of(self, application: Application) -> str:
        """Where people open the application; empty where no link leads: to one that speaks TCP, or one that
        has only destinations with a ``*``."""
        if application.type is ApplicationType.BOOKMARK:
            return application.origin.url
        if application.type is ApplicationType.TCP or application.home is None:
            return ""
        return f"https://{self._authority(application.home.hostname)}{_front_page(application)}"

    async def open_to(self, session: Session, *, source: IPv4Address | IPv6Address) -> Sequence[Application]:
        """The applications for the launcher: those that this person may open from there now, if need
        be after proving more."""
        in_force = self._current.get()
        found: list[Application] = []
        for application in in_force.configuration.applications:
            if application.show_in_launcher:
                request = await self._requests.of(
                    in_force,
                    application,
                    source=source,
                    session=session,
                    method="GET",
                    target=_front_page(application),
                    ask=False,
                )
                if visible(supposing_certificates(in_force.compiled[application.id]), request):
                    found.append(application)
        return found

    def application_of(self, flow: Flow | None) -> Application | None:
        """The application that a flow leads to, if it still exists."""
        return None if flow is None else self._current.get().by_id.get(flow.application)

    async def onward(
        self, session: Session, flow: Flow, *, source: IPv4Address | IPv6Address, request_id: str
    ) -> Onward | NotAllowed | StepUp | OtherProvider | NeedsGrant:
        """From a session to the application of ``flow``: a one-time code for its host, what is still
        to be proved, or a refusal. What is no way in yet is a decision of the request ``request_id``.

        Raises NotFound when the application is gone, or not there any more where the flow began.
        """
        in_force = self._current.get()
        application = in_force.configuration.application(flow.application)
        if application not in in_force.at(flow.host):
            raise NotFound("the application has moved; open it again")
        # The certificate that a browser would show there is not to be seen here.
        compiled = supposing_certificates(in_force.compiled[application.id])
        request = await self._requests.of(
            in_force, application, source=source, session=session, method="GET", target=flow.target
        )
        decision = evaluate(compiled, request)
        taken = in_force.takes(application, session)
        if taken and decision.allowed:
            return await self._code(session, application, flow)
        answer, decision = await self._more(session, application, flow, compiled, request, taken=taken)
        await self._denials.record(
            flow,
            session,
            request,
            decision,
            kind=Kind.DENY if isinstance(answer, NotAllowed) else Kind.SIGN_IN,
            policy_version=compiled.version,
            request_id=request_id,
        )
        return answer

    async def _more(
        self,
        session: Session,
        application: Application,
        flow: Flow,
        compiled: CompiledApplication,
        request: AccessRequest,
        *,
        taken: bool,
    ) -> tuple[NotAllowed | StepUp | OtherProvider | NeedsGrant, Decision]:
        """What somebody who is not let in is told, or asked for, and the decision that this is."""
        if not taken:
            return OtherProvider(application), Decision.deny(Reason.OTHER_IDENTITY_PROVIDER)
        wanted = missing_grant(compiled, request)
        if wanted is not None:
            asked = await self._asked(session, application, wanted)
            lacks = Reason.APPROVAL_REQUIRED if wanted.approval is not None else Reason.PURPOSE_REQUIRED
            return NeedsGrant(application, wanted, asked), Decision.deny(lacks)
        decision = evaluate(compiled, request)
        missing = missing_contexts(compiled, request)
        if missing:
            decision = Decision.deny(Reason.CONTEXT_REQUIRED)
            if not missing <= flow.asked and await self._may_step_up(session, missing):
                return StepUp(application, missing), decision
        log.info(
            "access denied",
            person=session.identity.email,
            application=application.id,
            reason=",".join(decision.reasons),
            source=str(request.source),
        )
        return NotAllowed(application, decision), decision

    async def _asked(self, session: Session, application: Application, policy: Policy) -> Grant | None:
        found = await self._stores.grants.of_session(session.id, application=application.id)
        last = next((grant for grant in found if grant.policy == policy.id), None)
        return last if last is not None and last.until is None else None

    async def _may_step_up(self, session: Session, contexts: frozenset[str]) -> bool:
        key = hashed(f"step-up {session.id} {' '.join(sorted(contexts))}")
        now = self._clock.now()
        try:
            await self._stores.one_time_values.put(key, "", expires=now + BETWEEN_STEP_UPS)
        except Conflict:
            return False
        return True

    async def _code(self, session: Session, application: Application, flow: Flow) -> Onward:
        code = self._randomness.token()
        value = json.dumps(
            {
                "session": session.id,
                "application": application.id,
                "host": flow.host,
                "target": flow.target,
                "binding": flow.binding,
            }
        )
        expires = self._clock.now() + CODE_LIFETIME
        await self._stores.one_time_values.put(hashed(code), value, expires=expires)
        return Onward(f"https://{self._authority(flow.host)}{names.ACCESS_PATH}authorized?code={code}")

    async def enter(
        self,
        hostname: str,
        *,
        code: str,
        cookie: Callable[[str], str],
        source: IPv4Address | IPv6Address,
    ) -> Entered:
        """On the application's host: the code becomes a foothold and a token, once, in the browser
        that began the flow. ``cookie`` gives the value of one of the browser's cookies.

        Raises Refused when the code does not hold here.
        """
        now = self._clock.now()
        try:
            value = await self._stores.one_time_values.take(hashed(code), now=now)
        except NotFound as error:
            raise Refused("this link was used already, or is too old; start again") from error
        content = json.loads(value)
        in_force = self._current.get()
        application = next((a for a in in_force.at(hostname) if a.id == content["application"]), None)
        if application is None or hostname != content["host"]:
            raise Refused("this link is for another application; start again")
        if not fits(cookie(names.flow_cookie(application)), content["binding"]):
            raise Refused("this sign-in was begun in another browser; start again")
        session = await self._stores.sessions.get(SessionId(content["session"]))
        if not session.is_live(now):
            raise Refused("the session has ended; start again")
        request = await self._requests.of(
            in_force, application, source=source, session=session, method="GET", target=content["target"]
        )
        compiled = in_force.compiled[application.id]
        decision = evaluate(compiled, request)
        expires = session_end(application, compiled, decision, since=now, latest=session.expires)
        secret = self._randomness.token()
        await self._stores.sessions.create_foothold(
            ApplicationSession(session=session.id, application=application.id, created=now, expires=expires),
            secret_hash=hashed(secret),
        )
        issued = issue.for_person(
            self._tokens,
            in_force,
            application,
            session,
            request=request,
            stay=issue.Stay(decision.policy if decision.allowed else None, expires),
            now=now,
        )
        foothold, token = names.foothold_cookie(application), names.token_cookie(application)
        site = application.same_site
        return Entered(
            content["target"],
            [
                set_cookie(foothold, secret, lifetime=expires - now, same_site=site),
                set_cookie(token, issued.token, lifetime=issued.lifetime, same_site=site),
            ],
            anew=site is SameSite.STRICT,
        )


def _front_page(application: Application) -> str:
    """The path that the launcher leads to."""
    return "/" if application.home is None else application.home.path or "/"
