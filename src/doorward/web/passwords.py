"""The sign-in form of local accounts: password, or a passkey and nothing else."""

from __future__ import annotations

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response

from doorward.envoy import names
from doorward.model.errors import Refused
from doorward.model.identity_provider import IdentityProvider
from doorward.ports.clock import Randomness
from doorward.services.flows import Flow
from doorward.services.passkeys import Answer, Question
from doorward.services.rate_limits import TooMany
from doorward.services.second_factors import SecondFactors
from doorward.services.sign_in import SignIn
from doorward.web.answers import Answers
from doorward.web.factor_views import PasskeyForm
from doorward.web.forms import Form
from doorward.web.headers import ANYWHERE
from doorward.web.pages import SignIn as SignInPage
from doorward.web.visits import CSRF_COOKIE, CSRF_FIELD, cookie_of, csrf_token, posted_form, text, visit_of
from doorward.web.ways import LOGIN, Ways, with_query

PASSKEY = names.ACCESS_PATH + "passkey"
CHALLENGE_FIELD, CREDENTIAL_FIELD = "challenge", "credential"

WRONG = "That email address and password do not fit."
NO_FIT = "That passkey could not be used here. Try again, or use your password."


class PasswordPages:
    """Handlers of the forms that ``login`` shows for local accounts."""

    def __init__(
        self,
        sign_in: SignIn,
        factors: SecondFactors,
        *,
        ways: Ways,
        answers: Answers,
        randomness: Randomness,
    ) -> None:
        self._sign_in = sign_in
        self._factors = factors
        self._ways = ways
        self._answers = answers
        self._randomness = randomness

    def form(
        self,
        request: Request,
        provider: IdentityProvider,
        flow: Flow | None,
        *,
        email: str = "",
        problem: str = "",
        status: int = 200,
    ) -> Response:
        """The form for email and password, and the button for a passkey."""
        token = csrf_token(request, self._randomness)
        fields = {CSRF_FIELD: token, "provider": provider.id, **self._ways.fields(flow)}
        several = len(self._sign_in.providers_for(flow)) > 1
        page = SignInPage(
            form=Form(action=LOGIN, fields=fields),
            passkey=passkey_form(PASSKEY, fields, self._factors.ask_passkey(browser=token)),
            provider=provider.name or provider.id,
            email=email[:254] if email.isprintable() else "",
            problem=problem,
            application=self._ways.heading_to(flow),
            chooser_url=self._ways.login(flow) if several else "",
        )
        return self._answers.form(page, token, status=status, form_targets=[ANYWHERE])

    async def password(self, request: Request) -> Response:
        """The password form comes back."""
        form = await posted_form(request, origin=self._answers.team_origin)
        flow = self._ways.flow(text(form, "flow"))
        provider = self._sign_in.provider(text(form, "provider"))
        email = text(form, "email")
        try:
            onward = await self._sign_in.with_password(
                provider, email=email, password=text(form, "password"), visit=visit_of(request)
            )
        except Refused:
            return self.form(request, provider, flow, email=email, problem=WRONG, status=403)
        except TooMany as error:
            return self._waiting(request, provider, flow, error, email=email)
        location = with_query(onward.location, self._ways.fields(flow)) if onward.location else ""
        return self._answers.redirect(location or self._ways.after(flow), cookies=onward.cookies)

    async def passkey(self, request: Request) -> Response:
        """The form comes that a passkey has filled in."""
        form = await posted_form(request, origin=self._answers.team_origin)
        flow = self._ways.flow(text(form, "flow"))
        provider = self._sign_in.provider(text(form, "provider"))
        try:
            onward = await self._factors.passkey_only(
                provider, passkey_answer(request, form), visit=visit_of(request)
            )
        except Refused:
            return self.form(request, provider, flow, problem=NO_FIT, status=403)
        except TooMany as error:
            return self._waiting(request, provider, flow, error)
        return self._answers.redirect(self._ways.after(flow), cookies=onward.cookies)

    def _waiting(
        self,
        request: Request,
        provider: IdentityProvider,
        flow: Flow | None,
        error: TooMany,
        *,
        email: str = "",
    ) -> Response:
        problem = f"Too many attempts. Wait {error.seconds} seconds and try again."
        response = self.form(request, provider, flow, email=email, problem=problem, status=429)
        response.headers["retry-after"] = str(error.seconds)
        return response


def passkey_form(action: str, fields: dict[str, str], question: Question) -> PasskeyForm:
    """The form that asks for a passkey that is there."""
    filled = {**fields, CHALLENGE_FIELD: question.challenge}
    return PasskeyForm(form=Form(action=action, fields=filled), kind="get", options=question.options)


def new_passkey_form(action: str, fields: dict[str, str], question: Question) -> PasskeyForm:
    """The form that asks for a new passkey."""
    filled = {**fields, CHALLENGE_FIELD: question.challenge}
    return PasskeyForm(form=Form(action=action, fields=filled), kind="create", options=question.options)


def passkey_answer(request: Request, form: FormData) -> Answer:
    """What a browser answered to such a form."""
    return Answer(
        credential=text(form, CREDENTIAL_FIELD),
        challenge=text(form, CHALLENGE_FIELD),
        browser=cookie_of(request, CSRF_COOKIE),
    )
