"""The pages of one-time PINs: the address, then the code.

Rule: a code is used by sending a form. No GET does, so that nothing that opens links on its own
can.
"""

from __future__ import annotations

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response

from doorward.envoy import names
from doorward.model.errors import Invalid, NotFound, SignInRefused
from doorward.model.identity_provider import IdentityProvider
from doorward.ports.clock import Randomness
from doorward.services.cookies import clear_cookie
from doorward.services.flows import Flow
from doorward.services.pins import COOKIE, Asked, Pins, WrongPin
from doorward.services.rate_limits import TooMany
from doorward.services.sign_in import SignIn
from doorward.web.answers import Answers
from doorward.web.forms import Form
from doorward.web.headers import ANYWHERE
from doorward.web.pin_views import PinAddress, PinCode
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
from doorward.web.ways import LOGIN, Ways, with_query

PIN = names.ACCESS_PATH + "pin"
CODE = names.ACCESS_PATH + "pin/code"

NO_ADDRESS = "That is not an email address. Write it like name@example.com."
GONE = "That code does not work any more. Ask for a new one."
TOO_OLD = "That was too long ago, or in another browser. Ask for a new code."


class PinPages:
    """Handlers of ``pin`` and ``pin/code`` on the team domain."""

    def __init__(
        self, pins: Pins, sign_in: SignIn, *, ways: Ways, answers: Answers, randomness: Randomness
    ) -> None:
        self._pins = pins
        self._sign_in = sign_in
        self._ways = ways
        self._answers = answers
        self._randomness = randomness

    def address(
        self,
        request: Request,
        provider: IdentityProvider,
        flow: Flow | None,
        *,
        email: str = "",
        problem: str = "",
        status: int = 200,
    ) -> Response:
        """The form that asks where to send a code."""
        token = csrf_token(request, self._randomness)
        several = len(self._sign_in.providers_for(flow)) > 1
        page = PinAddress(
            form=self._sending(provider.id, flow, token),
            email=email[:254] if email.isprintable() else "",
            problem=problem,
            application=self._ways.heading_to(flow),
            chooser_url=self._ways.login(flow) if several else "",
        )
        return self._answers.form(page, token, status=status, form_targets=[ANYWHERE])

    async def send(self, request: Request) -> Response:
        """The address comes: a code goes out, if at all, and the page for it is next."""
        form = await posted_form(request, origin=self._answers.team_origin)
        flow = self._ways.flow(text(form, "flow"))
        provider = self._sign_in.provider(text(form, "provider"))
        email = text(form, "email")
        try:
            onward = await self._pins.ask(provider, email=email, visit=visit_of(request))
        except Invalid:
            return self.address(request, provider, flow, email=email, problem=NO_ADDRESS, status=400)
        except TooMany as error:
            page = self.address(request, provider, flow, email=email, problem=wait(error), status=429)
            return waiting(page, error)
        # Another address, so that who comes back to the tab later reloads a page and not a form,
        # which would send another code and make the one in their mailbox worthless.
        return self._answers.redirect(with_query(PIN, self._ways.fields(flow)), cookies=onward.cookies)

    async def code(self, request: Request) -> Response:
        """The form for the code."""
        flow = self._ways.flow(request.query_params.get("flow", ""))
        asked = self._pins.asked(cookie_of(request, COOKIE))
        if asked is None:
            return self._answers.redirect(self._ways.login(flow))
        return self._code_form(request, asked, flow)

    async def answer(self, request: Request) -> Response:
        """The code comes."""
        form = await posted_form(request, origin=self._answers.team_origin)
        flow = self._ways.flow(text(form, "flow"))
        asked = self._pins.asked(cookie_of(request, COOKIE))
        if asked is None:
            return self._start_again(request, form, flow, problem=TOO_OLD)
        try:
            onward = await self._pins.answer(asked, pin=text(form, "code"), visit=visit_of(request))
        except WrongPin as error:
            return self._code_form(request, asked, flow, problem=wrong(error.left), status=403)
        except NotFound:
            return self._start_again(request, form, flow, email=asked.email, problem=GONE)
        except TooMany as error:
            return waiting(self._code_form(request, asked, flow, problem=wait(error), status=429), error)
        except SignInRefused as refused:
            page = refused_sign_in(refused, request_id=request_id_of(request), again=LOGIN)
            return self._answers.page(page, status=403)
        return self._answers.redirect(self._ways.after(flow), cookies=onward.cookies)

    def _start_again(
        self, request: Request, form: FormData, flow: Flow | None, *, problem: str, email: str = ""
    ) -> Response:
        provider = self._sign_in.provider(text(form, "provider"))
        response = self.address(request, provider, flow, email=email, problem=problem, status=403)
        response.headers.append("set-cookie", clear_cookie(COOKIE))
        return response

    def _code_form(
        self, request: Request, asked: Asked, flow: Flow | None, *, problem: str = "", status: int = 200
    ) -> Response:
        token = csrf_token(request, self._randomness)
        provider = self._sign_in.provider(asked.provider)
        fields = {CSRF_FIELD: token, "provider": asked.provider, **self._ways.fields(flow)}
        page = PinCode(
            form=Form(action=CODE, fields=fields),
            again=self._sending(asked.provider, flow, token, email=asked.email),
            email=asked.email,
            problem=problem,
            other_url=self._ways.login(flow, provider),
        )
        return self._answers.form(page, token, status=status, form_targets=[ANYWHERE])

    def _sending(self, provider: str, flow: Flow | None, token: str, *, email: str = "") -> Form:
        fields = {CSRF_FIELD: token, "provider": provider, **self._ways.fields(flow)}
        return Form(action=PIN, fields={**fields, "email": email} if email else fields)


def wrong(left: int) -> str:
    """That a code was wrong, and how often it may be tried still."""
    tries = "once more" if left == 1 else f"{left} more times"
    return f"That is not the code. You can try {tries}."


def wait(error: TooMany) -> str:
    """That there were too many attempts, and what to do."""
    return f"Too many attempts. Wait {error.seconds} seconds and try again."


def waiting(response: Response, error: TooMany) -> Response:
    """The response, telling programs as well how long to wait."""
    response.headers["retry-after"] = str(error.seconds)
    return response
