"""The pages between an application's request and its answer: who is it, may the application, prove more.

Everything works without JavaScript: each page is one form to ``login``, which names the interaction. The
interaction belongs to the browser that began it.
"""

from __future__ import annotations

from collections.abc import Mapping

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from doorward.sample.entra import consent
from doorward.sample.entra.authorize_request import (
    AuthorizeRequest,
    Returned,
    read,
    read_admin_consent,
)
from doorward.sample.entra.browsers import COOKIE, Browser
from doorward.sample.entra.conditional_access import judge
from doorward.sample.entra.directory import Tenant, User
from doorward.sample.entra.entra import Entra
from doorward.sample.entra.errors import Refused
from doorward.sample.entra.grants import Code, Grant
from doorward.sample.entra.interaction import (
    Interaction,
    Step,
    Surroundings,
    candidates,
    next_step,
    person_of,
    remembered,
    to_prove,
)
from doorward.sample.entra.login_hint import named_user
from doorward.sample.entra.pages import Pages
from doorward.sample.entra.sign_in_pages import SignInPages, with_cookie

PASSWORD_WRONG = "Your account or password is incorrect. If you don't remember your password, reset it now."
NO_ACCOUNT = "We couldn't find an account with that username."
DISABLED = "Your account has been locked. Contact your support person to unlock it, then try again."


class SignIn:
    """The endpoints."""

    def __init__(self, entra: Entra, pages: Pages) -> None:
        self._entra = entra
        self._show = SignInPages(entra, pages)

    def routes(self) -> list[Route]:
        """Their paths."""
        return [
            Route("/{tenant}/oauth2/v2.0/authorize", self.authorize, methods=["GET", "POST"]),
            Route("/{tenant}/v2.0/adminconsent", self.admin_consent),
            Route("/{tenant}/adminconsent", self.admin_consent),
            Route("/{tenant}/login", self.login, methods=["POST"]),
        ]

    async def authorize(self, request: Request) -> Response:
        """An application asks for a code."""
        form = await request.form() if request.method == "POST" else request.query_params
        query = {name: str(value) for name, value in form.items()}
        return self._begin(request, query, admin_consent=False)

    async def admin_consent(self, request: Request) -> Response:
        """An application asks an administrator for permissions."""
        return self._begin(request, request.query_params, admin_consent=True)

    async def login(self, request: Request) -> Response:
        """A person's answer to one of the pages."""
        form = {name: str(value) for name, value in (await request.form()).items()}
        browser = self._browser(request)
        interaction = self._entra.interactions.get(form.get("ctx", ""))
        if interaction is None or interaction.browser_id != browser.id:
            return self._show.refuse(Refused(90014, what="ctx"), "", browser)
        try:
            return self._act(interaction, browser, form) or self._go_on(interaction, browser)
        except Returned as returned:
            return self._show.failure(returned, browser)
        except Refused as refused:
            return self._show.refuse_or_return(refused, interaction.request, browser)

    def _begin(self, request: Request, query: Mapping[str, str], *, admin_consent: bool) -> Response:
        browser = self._browser(request)
        reader = read_admin_consent if admin_consent else read
        try:
            asked = reader(self._entra.directory, request.path_params["tenant"], query)
        except Returned as returned:
            return self._show.failure(returned, browser)
        except Refused as refused:
            return self._show.refuse(refused, "", browser)
        interaction = Interaction(id=self._entra.text(24), request=asked, browser_id=browser.id)
        self._entra.interactions[interaction.id] = interaction
        try:
            return self._go_on(interaction, browser)
        except Returned as returned:
            return self._show.failure(returned, browser)
        except Refused as refused:
            return self._show.refuse_or_return(refused, asked, browser)

    def _go_on(self, interaction: Interaction, browser: Browser) -> Response:
        """The next page, or the answer to the application."""
        around = self._around(browser)
        step = next_step(interaction, around)
        if step in {Step.SIGN_IN, Step.PICK_ACCOUNT} and self._signs_in_by_itself(interaction, browser):
            step = next_step(interaction, around)
        match step:
            case Step.DONE:
                return self._finish(interaction, browser)
            case Step.SIGN_IN:
                page = self._show.sign_in(interaction, interaction.request.login_hint)
            case Step.PICK_ACCOUNT:
                page = self._show.picker(interaction, around)
            case _:
                page = self._show.person(interaction, browser, step)
        return with_cookie(page, browser)

    def _act(self, interaction: Interaction, browser: Browser, form: Mapping[str, str]) -> Response | None:
        """What the person did; a page when the same step goes on."""
        match form.get("action"):
            case "sign-in":
                return self._check_password(interaction, browser, form)
            case "pick":
                return self._pick(interaction, browser, form.get("user", ""))
            case "accept":
                self._accept(interaction, everybody="everybody" in form)
            case "cancel":
                raise Returned(interaction.request, Refused(65004))
            case "prove":
                tenant, user = person_of(interaction, self._entra.directory)
                account = browser.accounts[user.id]
                account.passed.update(to_prove(interaction.request, tenant, user, account))
        return None

    def _check_password(
        self, interaction: Interaction, browser: Browser, form: Mapping[str, str]
    ) -> Response | None:
        name = form.get("username", "").strip()
        found = named_user(self._entra.directory, interaction.request.tenant_name, name)
        problem = ""
        if found is None:
            problem = NO_ACCOUNT
        elif form.get("password") != found[1].password:
            problem = PASSWORD_WRONG
        elif not found[1].account_enabled:
            problem = DISABLED
        if problem or found is None:
            return with_cookie(self._show.sign_in(interaction, name, problem), browser)
        self._sign_in(interaction, browser, found[1])
        return None

    def _pick(self, interaction: Interaction, browser: Browser, id: str) -> Response | None:
        around = self._around(browser)
        if any(user.id == id for user in candidates(interaction, around)):
            interaction.user_id = id
            return None
        known = [user for user in remembered(interaction, around) if user.id == id]
        name = known[0].user_principal_name if known else ""
        return with_cookie(self._show.sign_in(interaction, name), browser)

    def _accept(self, interaction: Interaction, *, everybody: bool) -> None:
        tenant, user = person_of(interaction, self._entra.directory)
        request = interaction.request
        interaction.consented = True
        if request.admin_consent:
            return
        if everybody and consent.is_administrator(user):
            consent.standing_of(tenant, request.client_id).granted_delegated |= request.scopes
        wanted = [
            scope
            for scope in request.scopes
            if consent.is_administrator(user) or not consent.needs_administrator(scope)
        ]
        consent.consent_for_oneself(tenant, request.client_id, user, wanted)

    def _sign_in(self, interaction: Interaction, browser: Browser, user: User) -> None:
        browser.sign_in(user, sid=self._entra.guid(), now=self._entra.now())
        interaction.user_id = user.id

    def _signs_in_by_itself(self, interaction: Interaction, browser: Browser) -> bool:
        faults, request = self._entra.faults, interaction.request
        name = request.login_hint or faults.default_user
        found = named_user(self._entra.directory, request.tenant_name, name)
        if not faults.auto_sign_in or found is None or not found[1].account_enabled:
            return False
        self._sign_in(interaction, browser, found[1])
        return True

    def _finish(self, interaction: Interaction, browser: Browser) -> Response:
        request = interaction.request
        tenant, user = person_of(interaction, self._entra.directory)
        self._entra.interactions.pop(interaction.id, None)
        if request.admin_consent:
            consent.consent_for_everybody(tenant, self._entra.directory.registrations[request.client_id])
            values = {"admin_consent": "True", "tenant": tenant.id, "scope": " ".join(request.scopes)}
        else:
            values = {"code": self._code(request, tenant, user, browser)}
        return self._show.answer(request, values, browser)

    def _code(self, request: AuthorizeRequest, tenant: Tenant, user: User, browser: Browser) -> str:
        account = browser.accounts[user.id]
        account.clients.add(request.client_id)
        granted = consent.granted_scopes(tenant, request.client_id, user.id)
        wanted = granted | request.scopes if consent.DEFAULT in request.scopes else request.scopes
        text = f"1.{self._entra.text(48)}"
        self._entra.grants.codes[text] = Code(
            grant=Grant(
                tenant_id=tenant.id,
                client_id=request.client_id,
                user_id=user.id,
                scopes=wanted - {consent.DEFAULT},
                nonce=request.nonce,
                acrs=judge(tenant, user, request.acrs, account.passed).satisfied,
                passed=frozenset(account.passed),
                sid=account.sid,
                auth_time=account.auth_time,
                revocations=account.revocations,
                issued=self._entra.now(),
            ),
            redirect_uri=request.redirect_uri,
            code_challenge=request.code_challenge,
        )
        return text

    def _around(self, browser: Browser) -> Surroundings:
        return Surroundings(self._entra.directory, browser, self._entra.now())

    def _browser(self, request: Request) -> Browser:
        browser = self._entra.browsers.get(request.cookies.get(COOKIE, ""))
        if browser is None:
            browser = Browser(self._entra.text(24))
            self._entra.browsers[browser.id] = browser
        return browser
