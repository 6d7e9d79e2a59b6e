"""The team domain's sign-in pages: chooser, password form, the way to a provider and back."""

from __future__ import annotations

from dataclasses import replace

import structlog
from starlette.requests import Request
from starlette.responses import Response

from doorward.envoy import names
from doorward.model.errors import Conflict, Refused, SignInRefused, Unavailable
from doorward.model.identity_provider import IdentityProvider, LocalAccounts, OneTimePin
from doorward.model.session import Session
from doorward.policy.explain import sentences
from doorward.services.arrivals import Arrivals
from doorward.services.cookies import clear_cookie
from doorward.services.entering import Entering, NeedsGrant, NotAllowed, OtherProvider, StepUp
from doorward.services.flows import Flow
from doorward.services.questions import Deny, Facts, Kind
from doorward.services.refusals import failed_rule
from doorward.services.sign_in import TRANSACTION_COOKIE, Errand, SignIn
from doorward.services.trials import Trials
from doorward.web.answers import Answers
from doorward.web.forms import Link
from doorward.web.grants import GrantPages, problem_of
from doorward.web.headers import ANYWHERE
from doorward.web.pages import Chooser, SignedOut
from doorward.web.passwords import PasswordPages
from doorward.web.pins import PinPages
from doorward.web.problems import refused_sign_in
from doorward.web.visits import (
    SWITCH_COOKIE,
    cookie_of,
    provider_answer,
    request_id_of,
    source_of,
    visit_of,
    wants_html,
)
from doorward.web.ways import Ways

log = structlog.get_logger("web.sign_in")


class SignInPages:
    """Handlers of ``login`` and ``callback`` on the team domain."""

    def __init__(  # noqa: PLR0913 - a sign-in may lead to any of them; it is joined once, in joining
        self,
        sign_in: SignIn,
        *,
        arrivals: Arrivals,
        entering: Entering,
        trials: Trials,
        ways: Ways,
        passwords: PasswordPages,
        pins: PinPages,
        grants: GrantPages,
        answers: Answers,
    ) -> None:
        self._sign_in = sign_in
        self._arrivals = arrivals
        self._entering = entering
        self._trials = trials
        self._ways = ways
        self._passwords = passwords
        self._pins = pins
        self._grants = grants
        self._answers = answers

    async def login(self, request: Request) -> Response:
        """Where a person is sent who must sign in. Signed in already: straight on."""
        flow = self._ways.flow(request.query_params.get("flow", ""))
        session = await self._arrivals.known(cookie_of(request, names.SESSION_COOKIE))
        # Somebody who is signed in may be asked to sign in once more, to confirm that it is they.
        again = "again" in request.query_params
        if session is not None and self._arrivals.is_live(session) and not again:
            return await self._go_on(request, session, flow)
        if session is not None and session.why_revoked:
            return self._signed_out(session, flow)
        return await self._choose(request, flow)

    def _signed_out(self, session: Session, flow: Flow | None) -> Response:
        """Once, after a session was ended from outside: why."""
        page = SignedOut(sign_in_url=self._ways.login(flow), why=session.why_revoked)
        return self._answers.page(page, cookies=[clear_cookie(names.SESSION_COOKIE)])

    async def callback(self, request: Request) -> Response:
        """Back from a provider, by a link or by a form that the provider's page sent."""
        answer = await provider_answer(request)
        cookies = {key: value for key, value in request.cookies.items() if key.startswith(TRANSACTION_COOKIE)}
        try:
            returned = await self._sign_in.returned(answer, cookies=cookies)
            if returned.trial:
                checks = self._sign_in.checks_of(returned)
                arrival = await self._sign_in.with_names(returned)
                url = self._trials.finish(returned.trial, arrival, checks)
                return self._answers.redirect(url, cookies=returned.cookies)
            onward = await self._arrivals.signed_in(returned.arrival, visit_of(request))
        except (Refused, Unavailable) as error:
            flow = self._sign_in.flow_of(answer, cookies=cookies)
            return self._did_not_work(request, error, flow)
        cookies_set = [*onward.cookies, *returned.cookies]
        return self._answers.redirect(self._ways.after(returned.flow), cookies=cookies_set)

    def _did_not_work(self, request: Request, error: Refused | Unavailable, flow: Flow | None) -> Response:
        """A sign-in at a provider failed: why, what to do, and the way to try again."""
        told = error if isinstance(error, SignInRefused) else SignInRefused(str(error))
        status = 503 if isinstance(error, Unavailable) else 403
        log.info("sign-in did not work", problem=str(error), code=told.code, correlation=told.correlation)
        if not wants_html(request):
            raise error
        page = refused_sign_in(
            told, status=status, request_id=request_id_of(request), again=self._ways.login(flow)
        )
        return self._answers.page(page, status=status)

    async def _go_on(self, request: Request, session: Session, flow: Flow | None) -> Response:
        if flow is None:
            return self._answers.redirect(f"{self._answers.team_origin}/")
        try:
            onward = await self._entering.onward(
                session, flow, source=source_of(request), request_id=request_id_of(request)
            )
        except Conflict as error:
            raise Unavailable("the sign-in could not be finished; try again") from error
        if isinstance(onward, NotAllowed):
            return self._not_allowed(request, session, onward)
        if isinstance(onward, OtherProvider):
            return await self._choose(request, flow)
        if isinstance(onward, NeedsGrant):
            return self._grants.ask(request, session, flow, onward, problem=problem_of(request))
        if isinstance(onward, StepUp):
            return await self._step_up(request, session, flow, onward)
        return self._answers.redirect(onward.location)

    async def _step_up(self, request: Request, session: Session, flow: Flow, step_up: StepUp) -> Response:
        """Once more to the provider, to prove what the application asks for."""
        person = session.identity
        provider = self._sign_in.provider(person.identity_provider)
        errand = Errand(
            flow=replace(flow, asked=flow.asked | step_up.contexts),
            contexts=sorted(step_up.contexts),
            login_hint=person.upn or person.email,
        )
        onward = await self._sign_in.depart(provider, errand, pending=pending_of(request))
        return self._answers.redirect(onward.location, cookies=onward.cookies)

    def _not_allowed(self, request: Request, session: Session, refusal: NotAllowed) -> Response:
        decision, application = refusal.decision, refusal.application
        own = application.deny_page
        if own is not None and own.redirect:
            return self._answers.redirect(own.redirect)
        answer = Deny(
            facts=Facts(decision=Kind.DENY, person=session.identity.email),
            status=403,
            sentences=sentences(decision),
            application=application.name or application.id,
            application_id=application.id,
            failed_rule=failed_rule(decision),
            page=own,
        )
        page = self._answers.denied(answer, request_id=request_id_of(request))
        return self._answers.page(page, status=403, form_targets=[ANYWHERE])

    async def _choose(self, request: Request, flow: Flow | None) -> Response:
        providers = self._sign_in.providers_for(flow)
        chosen = request.query_params.get("provider", "")
        if chosen:
            return await self._to_provider(request, self._sign_in.provider(chosen), flow)
        if not self._sign_in.providers():
            raise Unavailable(
                "no identity provider has been set up yet, so nobody can sign in; "
                "an administrator adds one with: doorward apply -f access.yaml"
            )
        if len(providers) == 1:
            return await self._to_provider(request, providers[0], flow)
        links = tuple(Link(name=p.name or p.id, url=self._ways.login(flow, p)) for p in providers)
        return self._answers.page(Chooser(providers=links, application=self._ways.heading_to(flow)))

    async def _to_provider(self, request: Request, provider: IdentityProvider, flow: Flow | None) -> Response:
        if isinstance(provider.settings, LocalAccounts):
            return self._passwords.form(request, provider, flow)
        if isinstance(provider.settings, OneTimePin):
            return self._pins.address(request, provider, flow)
        switching = bool(cookie_of(request, SWITCH_COOKIE) or request.query_params.get("switch"))
        errand = Errand(flow=flow, prompt="select_account" if switching else "")
        try:
            onward = await self._sign_in.depart(provider, errand, pending=pending_of(request))
        except Unavailable as error:
            return self._did_not_work(request, error, flow)
        cookies = [*onward.cookies, clear_cookie(SWITCH_COOKIE)] if switching else onward.cookies
        return self._answers.redirect(onward.location, cookies=cookies)


def pending_of(request: Request) -> list[str]:
    """The names of the cookies of sign-ins at providers that this browser has under way."""
    return [name for name in request.cookies if name.startswith(TRANSACTION_COOKIE)]
