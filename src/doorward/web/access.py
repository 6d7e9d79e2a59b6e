"""Doorward's paths under ``/cdn-cgi/access/`` that every hostname has, and an application's own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta

from starlette.requests import Request
from starlette.responses import Response

from doorward.envoy import names
from doorward.model.application import Application
from doorward.model.claims import subject_of
from doorward.model.errors import NotFound, Refused
from doorward.model.identity_provider import type_of
from doorward.model.session import Session
from doorward.services.arrivals import Arrivals
from doorward.services.cookies import clear_cookie, set_cookie
from doorward.services.decide import Decider
from doorward.services.entering import Entering
from doorward.services.sessions import LiveSessions
from doorward.services.sign_in import SignIn
from doorward.services.tokens import Tokens
from doorward.web.answers import Answers
from doorward.web.pages import SignedOut
from doorward.web.visits import SWITCH_COOKIE, cookie_of, host_of, question_of, source_of
from doorward.web.ways import LOGIN

SWITCHING = timedelta(minutes=2)
"""For how long after "sign in as someone else" providers are told to ask who."""

CERTS_KEPT = timedelta(minutes=5)
"""How long origins may keep the keys: far less than a new one is announced before it signs."""


class AccessPages:
    """Handlers of ``authorized``, ``get-identity``, ``logout`` and ``certs``."""

    def __init__(
        self,
        *,
        team_domain: str,
        sign_in: SignIn,
        arrivals: Arrivals,
        entering: Entering,
        decider: Decider,
        sessions: LiveSessions,
        tokens: Tokens,
        answers: Answers,
    ) -> None:
        self._team_domain = team_domain
        self._sign_in = sign_in
        self._arrivals = arrivals
        self._entering = entering
        self._decider = decider
        self._sessions = sessions
        self._tokens = tokens
        self._answers = answers

    async def authorized(self, request: Request) -> Response:
        """On the application's host: the one-time code becomes this host's cookies."""
        entered = await self._entering.enter(
            host_of(request),
            code=request.query_params.get("code", ""),
            cookie=lambda name: cookie_of(request, name),
            source=source_of(request),
        )
        if entered.anew:
            return self._answers.refresh(entered.location, cookies=entered.cookies)
        return self._answers.redirect(entered.location, cookies=entered.cookies)

    async def get_identity(self, request: Request) -> Response:
        """Who this browser is signed in as, as JSON; 401 when it is not."""
        sessions = await self._sessions_of(request)
        if not sessions:
            return self._answers.json({"error": "Not signed in."}, status=401)
        session = sessions[0]
        identity = session.identity
        return self._answers.json(
            {
                "email": identity.email,
                "name": identity.name,
                "idp": self._provider(session),
                "groups": sorted(identity.groups),
                "upn": identity.upn,
                "roles": sorted(identity.roles),
                "custom": sorted(f"{name}={value}" for name, value in identity.claims),
                "amr": sorted(identity.methods),
                "auth_contexts": {name: int(at.timestamp()) for name, at in session.contexts.items()},
                "user_uuid": subject_of(identity),
                "session_id": session.id,
                "iat": int(session.created.timestamp()),
                "exp": int(session.expires.timestamp()),
                "ip": str(source_of(request)),
            }
        )

    async def logout(self, request: Request) -> Response:
        """Sign out everywhere: end the session, forget the cookies.

        Only for a page that a person opens: an image or script on another site cannot do it.
        """
        if request.headers.get("sec-fetch-dest", "document") != "document":
            raise Refused("open this address as a page to sign out")
        sessions = await self._sessions_of(request)
        await self._sessions.end([session.id for session in sessions])
        if host_of(request) != self._team_domain:
            url = f"{self._answers.team_origin}{names.ACCESS_PATH}logout"
            applications = self._entering.applications_at(host_of(request))
            cookies = [clear_cookie(name) for application in applications for name in _cookies(application)]
            return self._answers.redirect(url, cookies=cookies)
        cookies = [clear_cookie(names.SESSION_COOKIE)]
        application = self._application(request.query_params.get("application", ""))
        if application is not None:
            cookies.append(set_cookie(SWITCH_COOKIE, "1", lifetime=SWITCHING))
            home = self._entering.url_of(application) or f"{self._answers.team_origin}/"
            return self._answers.redirect(home, cookies=cookies)
        return self._answers.page(SignedOut(sign_in_url=LOGIN), cookies=cookies)

    async def certs(self, request: Request) -> Response:
        """The public keys that verify application tokens, on every hostname: a JSON Web Key Set (RFC
        7517), and the same keys as certificates, both as Cloudflare Access gives them."""
        del request
        keys = self._tokens.published
        certificates = [{"kid": key.kid, "cert": key.certificate} for key in keys]
        response = self._answers.json(
            {
                "keys": [dict(key.public) for key in keys],
                "public_cert": certificates[0],
                "public_certs": certificates,
            }
        )
        response.headers["cache-control"] = f"public, max-age={int(CERTS_KEPT.total_seconds())}"
        return response

    async def _sessions_of(self, request: Request) -> Sequence[Session]:
        """Those that this browser has here. Applications of one hostname may have one each."""
        if host_of(request) == self._team_domain:
            session = await self._arrivals.session(cookie_of(request, names.SESSION_COOKIE))
            return () if session is None else (session,)
        return await self._decider.identify(question_of(request))

    def _provider(self, session: Session) -> Mapping[str, str]:
        provider_id = session.identity.identity_provider
        try:
            provider = self._sign_in.provider(provider_id)
        except NotFound:
            return {"id": provider_id, "type": "removed"}
        return {"id": provider_id, "type": type_of(provider.settings), "name": provider.name}

    def _application(self, application_id: str) -> Application | None:
        applications = self._entering.applications()
        return next((a for a in applications if a.id == application_id), None)


def _cookies(application: Application) -> tuple[str, ...]:
    return names.token_cookie(application), names.foothold_cookie(application), names.flow_cookie(application)
