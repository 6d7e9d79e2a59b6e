"""The launcher: the applications that this person may open from here, and no other."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from doorward.envoy import names
from doorward.services.arrivals import Arrivals
from doorward.services.entering import Entering
from doorward.web.answers import Answers
from doorward.web.forms import Form
from doorward.web.pages import Launcher, Tile
from doorward.web.visits import cookie_of, source_of
from doorward.web.ways import LOGIN


class LauncherPage:
    """Handler of the team domain's front page."""

    def __init__(self, arrivals: Arrivals, entering: Entering, answers: Answers) -> None:
        self._arrivals = arrivals
        self._entering = entering
        self._answers = answers

    async def launcher(self, request: Request) -> Response:
        """Without a session: to the sign-in."""
        session = await self._arrivals.session(cookie_of(request, names.SESSION_COOKIE))
        if session is None:
            return self._answers.redirect(LOGIN)
        applications = self._entering.open_to(session, source=source_of(request))
        tiles = tuple(
            Tile(name=a.name or a.id, url=self._entering.url_of(a), hostname=a.hostname) for a in applications
        )
        page = Launcher(
            email=session.identity.email,
            name=session.identity.name,
            tiles=tiles,
            sign_out=Form(action=names.ACCESS_PATH + "logout", method="get"),
        )
        return self._answers.page(page)
