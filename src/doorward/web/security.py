"""Your sign-in: what somebody with a local account signs in with, and changing that.

Rule: adding and taking away ask for a sign-in of the last ten minutes, so that who finds an open
browser cannot make themselves at home.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response

from doorward.envoy import names
from doorward.model.errors import Conflict, NotFound, Refused
from doorward.model.identity_provider import IdentityProvider, LocalAccounts, SecondFactor
from doorward.model.session import Session
from doorward.ports.clock import Clock, Randomness
from doorward.ports.credentials import Owner, Passkey
from doorward.services.arrivals import Arrivals
from doorward.services.cookies import clear_cookie, set_cookie
from doorward.services.enrolment import Enrolment
from doorward.services.sign_in import SignIn
from doorward.web.answers import Answers
from doorward.web.factor_views import NewApp, NewPasskey, PasskeyRow, RecoveryCodes, Security
from doorward.web.forms import Form
from doorward.web.passwords import new_passkey_form, passkey_answer
from doorward.web.second_factor import APP_FIELD, NO_CODE, NO_PASSKEY
from doorward.web.visits import CSRF_FIELD, cookie_of, csrf_token, posted_form, text
from doorward.web.ways import LOGIN, with_query

SECURITY: Final = names.ACCESS_PATH + "security"
CONFIRM: Final = SECURITY + "/confirm"
APP: Final = SECURITY + "/app"
REMOVE_APP: Final = APP + "/remove"
PASSKEY: Final = SECURITY + "/passkey"
RENAME_PASSKEY: Final = PASSKEY + "/rename"
REMOVE_PASSKEY: Final = PASSKEY + "/remove"
CODES: Final = SECURITY + "/recovery-codes"

NEXT_COOKIE: Final = names.COOKIE_PREFIX + "next"
"""Says that the person wants to come here after signing in again."""
LATELY: Final = timedelta(minutes=10)

DONE: Mapping[str, str] = {
    "passkey": "The passkey was added.",
    "renamed": "The passkey has its new name.",
    "removed": "The passkey was removed. Delete it on the device too: it would be offered there still.",
    "app": "The app for codes was set up.",
    "no-app": "The app for codes was removed.",
}
"""What was just done, by the word in the address."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Visitor:
    """Who is here. ``lately`` is whether they signed in just now."""

    session: Session
    provider: IdentityProvider
    owner: Owner
    lately: bool


Step = Callable[[Request, _Visitor, FormData], Awaitable[Response]]


class SecurityPages:
    """Handlers of ``security`` and what is below it, on the team domain."""

    def __init__(
        self,
        enrolment: Enrolment,
        arrivals: Arrivals,
        sign_in: SignIn,
        *,
        answers: Answers,
        clock: Clock,
        randomness: Randomness,
    ) -> None:
        self._enrolment = enrolment
        self._arrivals = arrivals
        self._sign_in = sign_in
        self._answers = answers
        self._clock = clock
        self._randomness = randomness

    async def overview(self, request: Request) -> Response:
        """What there is."""
        visitor = await self._visitor(request)
        if visitor is None:
            return self._sign_in_first()
        token = csrf_token(request, self._randomness)
        held = await self._enrolment.held(visitor.owner)
        settings = visitor.provider.settings
        fields = {CSRF_FIELD: token}
        page = Security(
            email=visitor.owner.email,
            passkeys=tuple(_row(passkey, fields) for passkey in held.passkeys),
            app=_facts(held.app.created, held.app.last_used) if held.app else "",
            recovery_codes=held.recovery_codes,
            required=isinstance(settings, LocalAccounts) and settings.second_factor is SecondFactor.REQUIRED,
            home_url="/",
            confirm_url="" if visitor.lately else CONFIRM,
            add_passkey_url=PASSKEY,
            add_app_url=APP,
            remove_app=Form(action=REMOVE_APP, fields=fields),
            new_codes=Form(action=CODES, fields=fields),
            done=DONE.get(request.query_params.get("done", ""), ""),
        )
        return self._answers.form(page, token, cookies=[clear_cookie(NEXT_COOKIE)])

    async def confirm(self, request: Request) -> Response:
        """To the sign-in once more, and back here."""
        visitor = await self._visitor(request)
        return self._sign_in_first() if visitor is None else self._confirm(visitor)

    async def new_app(self, request: Request) -> Response:
        """The QR code for an app."""
        visitor = await self._visitor(request)
        if visitor is None:
            return self._sign_in_first()
        return self._app_form(request, visitor) if visitor.lately else self._confirm(visitor)

    async def new_passkey(self, request: Request) -> Response:
        """The page that adds a passkey."""
        visitor = await self._visitor(request)
        if visitor is None:
            return self._sign_in_first()
        return await self._passkey_form(request, visitor) if visitor.lately else self._confirm(visitor)

    async def add_app(self, request: Request) -> Response:
        """The first code of an app comes."""
        return await self._change(request, self._added_app)

    async def remove_app(self, request: Request) -> Response:
        """Take the app away."""
        return await self._change(request, self._removed_app)

    async def add_passkey(self, request: Request) -> Response:
        """A new passkey comes."""
        return await self._change(request, self._added_passkey)

    async def rename_passkey(self, request: Request) -> Response:
        """A passkey gets another name."""
        return await self._change(request, self._renamed_passkey)

    async def remove_passkey(self, request: Request) -> Response:
        """Take a passkey away."""
        return await self._change(request, self._removed_passkey)

    async def new_codes(self, request: Request) -> Response:
        """Make new recovery codes, and show them."""
        return await self._change(request, self._made_codes)

    # --- the steps, by somebody who signed in lately ----------------------------------------------

    async def _added_app(self, request: Request, visitor: _Visitor, form: FormData) -> Response:
        sealed = text(form, APP_FIELD)
        try:
            codes = await self._enrolment.confirm_app(visitor.owner, sealed=sealed, code=text(form, "code"))
        except Refused:
            return self._app_form(request, visitor, sealed=sealed, problem=NO_CODE, status=403)
        return self._shown(codes, "app")

    async def _removed_app(self, request: Request, visitor: _Visitor, form: FormData) -> Response:
        await self._enrolment.remove_app(visitor.owner)
        return self._done("no-app")

    async def _added_passkey(self, request: Request, visitor: _Visitor, form: FormData) -> Response:
        answer = passkey_answer(request, form)
        try:
            _, codes = await self._enrolment.add_passkey(visitor.owner, answer, name=text(form, "name"))
        except (Refused, Conflict):
            return await self._passkey_form(request, visitor, problem=NO_PASSKEY, status=403)
        return self._shown(codes, "passkey")

    async def _renamed_passkey(self, request: Request, visitor: _Visitor, form: FormData) -> Response:
        await self._enrolment.rename_passkey(visitor.owner, text(form, "passkey"), text(form, "name"))
        return self._done("renamed")

    async def _removed_passkey(self, request: Request, visitor: _Visitor, form: FormData) -> Response:
        await self._enrolment.remove_passkey(visitor.owner, text(form, "passkey"))
        return self._done("removed")

    async def _made_codes(self, request: Request, visitor: _Visitor, form: FormData) -> Response:
        return self._shown(await self._enrolment.new_recovery_codes(visitor.owner), "")

    # --- what they share --------------------------------------------------------------------------

    async def _change(self, request: Request, step: Step) -> Response:
        form = await posted_form(request, origin=self._answers.team_origin)
        visitor = await self._visitor(request)
        if visitor is None:
            return self._sign_in_first()
        return await step(request, visitor, form) if visitor.lately else self._confirm(visitor)

    async def _visitor(self, request: Request) -> _Visitor | None:
        """Who is here; None for nobody. Raises NotFound for people whose provider keeps this."""
        session = await self._arrivals.session(cookie_of(request, names.SESSION_COOKIE))
        if session is None:
            return None
        provider = self._sign_in.provider(session.identity.identity_provider)
        if not isinstance(provider.settings, LocalAccounts):
            raise NotFound(f"your sign-in is looked after by {provider.name or provider.id}, not here")
        since = self._clock.now() - (session.authenticated or session.created)
        owner = Owner(provider.id, session.identity.email)
        return _Visitor(session=session, provider=provider, owner=owner, lately=since < LATELY)

    def _sign_in_first(self) -> Response:
        return self._answers.redirect(LOGIN, cookies=[set_cookie(NEXT_COOKIE, "security", lifetime=LATELY)])

    def _confirm(self, visitor: _Visitor) -> Response:
        url = with_query(LOGIN, {"provider": visitor.provider.id, "again": "1"})
        return self._answers.redirect(url, cookies=[set_cookie(NEXT_COOKIE, "security", lifetime=LATELY)])

    def _done(self, what: str) -> Response:
        return self._answers.redirect(with_query(SECURITY, {"done": what}))

    def _shown(self, codes: Sequence[str], what: str) -> Response:
        if not codes:
            return self._done(what)
        url = with_query(SECURITY, {"done": what} if what else {})
        return self._answers.page(RecoveryCodes(codes=tuple(codes), onward_url=url))

    def _app_form(
        self,
        request: Request,
        visitor: _Visitor,
        *,
        sealed: str = "",
        problem: str = "",
        status: int = 200,
    ) -> Response:
        token = csrf_token(request, self._randomness)
        app = self._enrolment.new_app(visitor.owner, sealed=sealed)
        page = NewApp(
            form=Form(action=APP, fields={CSRF_FIELD: token, APP_FIELD: app.sealed}),
            email=visitor.owner.email,
            address=app.address,
            secret=app.secret,
            back_url=SECURITY,
            problem=problem,
        )
        return self._answers.form(page, token, status=status)

    async def _passkey_form(
        self, request: Request, visitor: _Visitor, *, problem: str = "", status: int = 200
    ) -> Response:
        token = csrf_token(request, self._randomness)
        question = await self._enrolment.ask_passkey(visitor.owner, browser=token)
        page = NewPasskey(
            passkey=new_passkey_form(PASSKEY, {CSRF_FIELD: token}, question),
            back_url=SECURITY,
            problem=problem,
        )
        return self._answers.form(page, token, status=status)


def _row(passkey: Passkey, fields: Mapping[str, str]) -> PasskeyRow:
    filled = {**fields, "passkey": passkey.id}
    kind = "may be on several of your devices" if passkey.backup_eligible else "stays on its device"
    return PasskeyRow(
        key=passkey.id,
        name=passkey.name,
        facts=f"{_facts(passkey.created, passkey.last_used)}; {kind}",
        rename=Form(action=RENAME_PASSKEY, fields=filled),
        remove=Form(action=REMOVE_PASSKEY, fields=filled),
    )


def _facts(created: datetime, used: datetime | None) -> str:
    """When it came and was last used, in days: the page knows nobody's time zone."""
    last = f"last used on {used:%Y-%m-%d}" if used else "not used yet"
    return f"added on {created:%Y-%m-%d}, {last}"
