"""What the sign-in shows and sends back: pages, refusals, and the answer to the application."""

from __future__ import annotations

from collections.abc import Mapping

from starlette.responses import Response

from doorward.sample.entra import consent
from doorward.sample.entra.answers import describe, description, redirect
from doorward.sample.entra.authorize_request import AuthorizeRequest, Returned
from doorward.sample.entra.browsers import COOKIE, Browser
from doorward.sample.entra.directory import SIGN_IN
from doorward.sample.entra.entra import Entra
from doorward.sample.entra.errors import Refused
from doorward.sample.entra.interaction import (
    Interaction,
    Step,
    Surroundings,
    candidates,
    person_of,
    remembered,
    to_prove,
)
from doorward.sample.entra.login_hint import named_user
from doorward.sample.entra.pages import Pages


class SignInPages:
    """Each method is one answer."""

    def __init__(self, entra: Entra, pages: Pages) -> None:
        self._entra = entra
        self._pages = pages

    def answer(self, request: AuthorizeRequest, values: Mapping[str, str], browser: Browser) -> Response:
        """The answer to the application: by redirect, or by a form that posts itself."""
        state = {"state": request.state} if request.state else {}
        whole = {**values, **state}
        if request.response_mode == "form_post":
            page: Response = self._pages.render(
                "form_post.html", address=request.redirect_uri, values=whole, policy="script-src 'self'"
            )
        else:
            page = redirect(request.redirect_uri, whole)
        return with_cookie(page, browser)

    def failure(self, returned: Returned, browser: Browser) -> Response:
        """A refusal that the application hears of."""
        parts = describe(self._entra, returned.refused)
        values = {
            "error": returned.error,
            "error_description": description(parts),
            "error_uri": f"{self._entra.base_url}/error?code={returned.refused.code}",
        }
        return self.answer(returned.request, values, browser)

    def refuse_or_return(self, refused: Refused, request: AuthorizeRequest, browser: Browser) -> Response:
        """A refusal on a page, or to the application where no page may be shown."""
        if self._entra.faults.refusals_return or request.prompt == "none":
            return self.failure(Returned(request, refused, refused.silent_error()), browser)
        return self.refuse(refused, request.client_id, browser)

    def refuse(self, refused: Refused, client_id: str, browser: Browser) -> Response:
        """A refusal on a page of its own."""
        registration = self._entra.directory.registrations.get(client_id)
        page = self._pages.render(
            "refused.html",
            status=400,
            code=refused.code,
            parts=describe(self._entra, refused),
            name=registration.display_name if registration else "",
        )
        return with_cookie(page, browser)

    def sign_in(self, interaction: Interaction, username: str, problem: str = "") -> Response:
        """The form for name and password."""
        found = named_user(self._entra.directory, interaction.request.tenant_name, username)
        return self._pages.render(
            "sign_in.html",
            ctx=interaction.id,
            tenant=interaction.request.tenant_name,
            name=self._entra.directory.registrations[interaction.request.client_id].display_name,
            username=found[1].user_principal_name if found else username,
            domain_hint=interaction.request.domain_hint,
            problem=problem,
        )

    def picker(self, interaction: Interaction, around: Surroundings) -> Response:
        """Who used this browser before."""
        signed_in = {user.id for user in candidates(interaction, around)}
        return self._pages.render(
            "pick_account.html",
            ctx=interaction.id,
            tenant=interaction.request.tenant_name,
            accounts=[(user, user.id in signed_in) for user in remembered(interaction, around)],
        )

    def person(self, interaction: Interaction, browser: Browser, step: Step) -> Response:
        """A page for somebody who is known: consent, or proving more."""
        tenant, user = person_of(interaction, self._entra.directory)
        request = interaction.request
        registration = self._entra.directory.registrations[request.client_id]
        account = browser.accounts[user.id]
        asked = request.scopes - {consent.DEFAULT}
        application: set[str] = set()
        if request.admin_consent:
            asked = frozenset(registration.delegated_permissions)
            application = registration.application_permissions
        template = {
            Step.CONSENT: "consent.html",
            Step.NEED_ADMINISTRATOR: "need_administrator.html",
            Step.PROVE: "prove.html",
        }[step]
        contexts = to_prove(request, tenant, user, account) if step is Step.PROVE else ()
        return self._pages.render(
            template,
            ctx=interaction.id,
            tenant=request.tenant_name,
            organisation=tenant.display_name,
            user=user,
            name=registration.display_name,
            scopes=sorted(asked),
            application_permissions=sorted(application),
            for_everybody=request.admin_consent,
            may_for_everybody=consent.is_administrator(user),
            contexts=[
                tenant.contexts[context].display_name if context in tenant.contexts else context
                for context in contexts
                if context != SIGN_IN
            ],
        )


def with_cookie(response: Response, browser: Browser) -> Response:
    """The response, which tells the browser who it is."""
    response.set_cookie(COOKIE, browser.id, path="/", httponly=True, samesite="lax")
    return response
