"""Signing out: ends the browser's sessions, tells applications by hidden frames, and leads back.

As Entra does, a frame's address gets ``sid`` and no ``iss``, which OpenID Connect front-channel logout
would want beside it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from doorward.sample.entra.answers import redirect, with_query
from doorward.sample.entra.browsers import COOKIE, Browser, SignedIn
from doorward.sample.entra.entra import Entra
from doorward.sample.entra.login_hint import read_hint
from doorward.sample.entra.pages import Pages


class Logout:
    """The endpoint."""

    def __init__(self, entra: Entra, pages: Pages) -> None:
        self._entra = entra
        self._pages = pages

    def routes(self) -> list[Route]:
        """Its path."""
        return [Route("/{tenant}/oauth2/v2.0/logout", self.logout, methods=["GET", "POST"])]

    async def logout(self, request: Request) -> Response:
        """Sign out whom ``logout_hint`` means, or everybody in this browser."""
        form = await request.form() if request.method == "POST" else request.query_params
        asked = {name: str(value) for name, value in form.items()}
        browser = self._entra.browsers.get(request.cookies.get(COOKIE, ""))
        ended = self._end(browser, asked.get("logout_hint", "")) if browser else []
        frames = list(self._frames(ended))
        onward = self._onward(asked.get("post_logout_redirect_uri", ""), asked.get("state", ""))
        if onward and not frames:
            return redirect(onward, {})
        return self._pages.render("signed_out.html", onward=onward, frames=frames, policy="frame-src *")

    def _end(self, browser: Browser, hint: str) -> list[SignedIn]:
        id = read_hint(hint)
        if not id and hint:
            homes = (tenant.user_called(hint) for tenant in self._entra.directory.tenants.values())
            id = next((user.id for user in homes if user), "")
        ids = [id] if id in browser.accounts else list(browser.accounts)
        return [browser.accounts.pop(one) for one in ids]

    def _frames(self, ended: Iterable[SignedIn]) -> Iterator[str]:
        for account in ended:
            for client_id in sorted(account.clients):
                registration = self._entra.directory.registrations.get(client_id)
                if registration and registration.logout_url:
                    yield with_query(registration.logout_url, {"sid": account.sid})

    def _onward(self, address: str, state: str) -> str:
        """Only to a registered address: anybody may make a link to this page."""
        known = any(address in one.redirect_uris for one in self._entra.directory.registrations.values())
        return with_query(address, {"state": state} if state else {}) if address and known else ""
