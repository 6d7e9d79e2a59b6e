"""The launcher: the applications that this person may open from here, and no other."""

from __future__ import annotations

from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import Response

from doorward.envoy import names
from doorward.model.application import Application, ApplicationType
from doorward.model.errors import NotFound
from doorward.model.identity_provider import LocalAccounts
from doorward.model.session import Session
from doorward.services.arrivals import Arrivals
from doorward.services.entering import Entering
from doorward.services.grants import Grants
from doorward.services.sign_in import SignIn
from doorward.web.answers import Answers
from doorward.web.forms import Form, Link
from doorward.web.grants import APPROVALS
from doorward.web.pages import Launcher, Tile
from doorward.web.passes import PASSES
from doorward.web.security import NEXT_COOKIE, SECURITY
from doorward.web.visits import cookie_of, source_of
from doorward.web.ways import LOGIN


def place_of(application: Application) -> str:
    """Where an application is, in short."""
    if application.type is ApplicationType.BOOKMARK:
        return urlsplit(application.origin.url).netloc
    place = str(application.home or application.destinations[0])
    return f"{place} (TCP)" if application.type is ApplicationType.TCP else place


class LauncherPage:
    """Handler of the team domain's front page."""

    def __init__(
        self, arrivals: Arrivals, entering: Entering, sign_in: SignIn, grants: Grants, answers: Answers
    ) -> None:
        self._sign_in = sign_in
        self._grants = grants
        self._arrivals = arrivals
        self._entering = entering
        self._answers = answers

    async def launcher(self, request: Request) -> Response:
        """Without a session: to the sign-in."""
        session = await self._arrivals.session(cookie_of(request, names.SESSION_COOKIE))
        if session is None:
            return self._answers.redirect(LOGIN)
        if cookie_of(request, NEXT_COOKIE):
            return self._answers.redirect(SECURITY)
        applications = await self._entering.open_to(session, source=source_of(request))
        tiles = tuple(
            Tile(name=a.name or a.id, url=self._entering.url_of(a), place=place_of(a)) for a in applications
        )
        page = Launcher(
            email=session.identity.email,
            name=session.identity.name,
            tiles=tiles,
            links=await self._links(session),
            sign_out=Form(action=names.ACCESS_PATH + "logout", method="get"),
        )
        return self._answers.page(page)

    async def _links(self, session: Session) -> tuple[Link, ...]:
        """To what they have to decide, to their passes where applications take them, and to their own
        sign-in where they have it here."""
        waiting = len(await self._grants.to_decide(session))
        found = [Link(name=f"Approvals ({waiting})", url=APPROVALS)] if waiting else []
        if any(application.passes for application in self._entering.applications()):
            found.append(Link(name="Your passes", url=PASSES))
        try:
            provider = self._sign_in.provider(session.identity.identity_provider)
        except NotFound:
            return tuple(found)
        if isinstance(provider.settings, LocalAccounts):
            found.append(Link(name="Your sign-in", url=SECURITY))
        return tuple(found)
