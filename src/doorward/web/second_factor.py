"""After the password: the page for the second factor, and setting one up where that is required."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from starlette.requests import Request
from starlette.responses import Response

from doorward.model.errors import Conflict, Refused, SignInRefused
from doorward.ports.clock import Randomness
from doorward.services.arrivals import Onward
from doorward.services.enrolment import Enrolment
from doorward.services.flows import Flow
from doorward.services.rate_limits import TooMany
from doorward.services.second_factors import COOKIE, SECOND_FACTOR, SET_UP, Half, SecondFactors
from doorward.web.answers import Answers
from doorward.web.factor_views import NewApp, RecoveryCodes, SecondFactor
from doorward.web.forms import Form
from doorward.web.headers import ANYWHERE
from doorward.web.passwords import CREDENTIAL_FIELD, new_passkey_form, passkey_answer, passkey_form
from doorward.web.problems import refused_sign_in
from doorward.web.visits import (
    CSRF_FIELD,
    cookie_of,
    csrf_token,
    posted_form,
    request_id_of,
    text,
    visit_of,
)
from doorward.web.ways import LOGIN, Ways

APP_FIELD = "app"

NO_CODE = "That code does not fit. Take the one that the app shows now; each one works once."
NO_PASSKEY = "That passkey could not be used here. Try again."


class SecondFactorPages:
    """Handlers of ``second-factor`` and ``second-factor/set-up`` on the team domain."""

    def __init__(
        self,
        factors: SecondFactors,
        enrolment: Enrolment,
        *,
        ways: Ways,
        answers: Answers,
        randomness: Randomness,
    ) -> None:
        self._factors = factors
        self._enrolment = enrolment
        self._ways = ways
        self._answers = answers
        self._randomness = randomness

    async def ask(self, request: Request) -> Response:
        """The page that asks for a second factor."""
        flow = self._ways.flow(request.query_params.get("flow", ""))
        half = self._half(request)
        if half is None or half.setting_up:
            return self._answers.redirect(self._ways.login(flow))
        return await self._form(request, half, flow)

    async def answer(self, request: Request) -> Response:
        """A code or a passkey comes."""
        form = await posted_form(request, origin=self._answers.team_origin)
        flow = self._ways.flow(text(form, "flow"))
        half = self._half(request)
        if half is None or half.setting_up:
            return self._answers.redirect(self._ways.login(flow))
        passkey = bool(text(form, CREDENTIAL_FIELD))
        visit = visit_of(request)
        try:
            if passkey:
                onward = await self._factors.with_passkey(half, passkey_answer(request, form), visit=visit)
            else:
                onward = await self._factors.with_code(half, code=text(form, "code"), visit=visit)
        except SignInRefused as refused:
            return self._shut_out(request, refused)
        except Refused:
            problem = NO_PASSKEY if passkey else NO_CODE
            return await self._form(request, half, flow, problem=problem, status=403)
        except TooMany as error:
            problem = f"Too many attempts. Wait {error.seconds} seconds and try again."
            response = await self._form(request, half, flow, problem=problem, status=429)
            response.headers["retry-after"] = str(error.seconds)
            return response
        return self._answers.redirect(self._ways.after(flow), cookies=onward.cookies)

    async def set_up(self, request: Request) -> Response:
        """The page that has somebody set a second factor up, before anything else."""
        flow = self._ways.flow(request.query_params.get("flow", ""))
        half = self._half(request)
        if half is None or not await self._may_set_up(half):
            return self._answers.redirect(self._ways.login(flow))
        return await self._set_up_form(request, half, flow)

    async def set_up_answer(self, request: Request) -> Response:
        """The first code of an app, or a new passkey, comes: keep it, and sign in."""
        form = await posted_form(request, origin=self._answers.team_origin)
        flow = self._ways.flow(text(form, "flow"))
        half = self._half(request)
        if half is None or not await self._may_set_up(half):
            return self._answers.redirect(self._ways.login(flow))
        sealed = text(form, APP_FIELD)
        try:
            if text(form, CREDENTIAL_FIELD):
                answer = passkey_answer(request, form)
                passkey, codes = await self._enrolment.add_passkey(half.owner, answer, name="Passkey")
                how: Collection[str] = passkey.methods
            else:
                codes = await self._enrolment.confirm_app(half.owner, sealed=sealed, code=text(form, "code"))
                how = ("otp",)
            onward = await self._factors.set_up(half, how=how, visit=visit_of(request))
        except SignInRefused as refused:
            return self._shut_out(request, refused)
        except (Refused, Conflict):
            problem = NO_PASSKEY if text(form, CREDENTIAL_FIELD) else NO_CODE
            return await self._set_up_form(request, half, flow, sealed=sealed, problem=problem, status=403)
        return self._codes(codes, onward, flow)

    def _codes(self, codes: Sequence[str], onward: Onward, flow: Flow | None) -> Response:
        if not codes:
            return self._answers.redirect(self._ways.after(flow), cookies=onward.cookies)
        page = RecoveryCodes(codes=tuple(codes), onward_url=self._ways.after(flow))
        return self._answers.page(page, cookies=onward.cookies)

    def _half(self, request: Request) -> Half | None:
        return self._factors.half(cookie_of(request, COOKIE))

    async def _may_set_up(self, half: Half) -> bool:
        """Whether this is somebody who must, and has not in the meantime."""
        return half.setting_up and not (await self._factors.held(half)).any

    async def _form(
        self, request: Request, half: Half, flow: Flow | None, *, problem: str = "", status: int = 200
    ) -> Response:
        token = csrf_token(request, self._randomness)
        fields = {CSRF_FIELD: token, **self._ways.fields(flow)}
        held = await self._factors.held(half)
        question = self._factors.ask_passkey(browser=token, allowed=held.passkeys) if held.passkeys else None
        page = SecondFactor(
            form=Form(action=SECOND_FACTOR, fields=fields),
            email=half.owner.email,
            has_app=held.app is not None,
            passkey=passkey_form(SECOND_FACTOR, fields, question) if question else None,
            again_url=self._ways.login(flow),
            problem=problem,
            application=self._ways.heading_to(flow),
        )
        return self._answers.form(page, token, status=status, form_targets=[ANYWHERE])

    async def _set_up_form(
        self,
        request: Request,
        half: Half,
        flow: Flow | None,
        *,
        sealed: str = "",
        problem: str = "",
        status: int = 200,
    ) -> Response:
        token = csrf_token(request, self._randomness)
        fields = {CSRF_FIELD: token, **self._ways.fields(flow)}
        app = self._enrolment.new_app(half.owner, sealed=sealed)
        question = await self._enrolment.ask_passkey(half.owner, browser=token)
        page = NewApp(
            form=Form(action=SET_UP, fields={**fields, APP_FIELD: app.sealed}),
            email=half.owner.email,
            address=app.address,
            secret=app.secret,
            back_url=self._ways.login(flow),
            required=True,
            passkey=new_passkey_form(SET_UP, fields, question),
            problem=problem,
        )
        return self._answers.form(page, token, status=status, form_targets=[ANYWHERE])

    def _shut_out(self, request: Request, refused: SignInRefused) -> Response:
        page = refused_sign_in(refused, request_id=request_id_of(request), again=LOGIN)
        return self._answers.page(page, status=403)
