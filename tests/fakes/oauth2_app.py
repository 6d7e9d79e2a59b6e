"""An OAuth 2.0 service as an ASGI app: what GitHub, Facebook and Yandex have in common."""

from __future__ import annotations

import html
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from tests.fakes.openid_app import proven

CLIENT_ID = "doorward"
CLIENT_SECRET = "s3cret:&"


@dataclass
class OAuth2App:
    """See the module. Everybody in ``people`` may sign in: a page offers them, unless there is one.

    ``tokens`` change a good answer of the token endpoint. Every request is kept in ``asked``.
    """

    people: list[str] = field(default_factory=list)
    tokens: dict[str, object] = field(default_factory=dict)
    asked: list[Request] = field(default_factory=list)
    codes: dict[str, tuple[str, Mapping[str, str]]] = field(default_factory=dict)
    holders: dict[str, str] = field(default_factory=dict)

    async def authorize(self, request: Request) -> Response:
        """Signs in the one there is, or offers everybody."""
        self.asked.append(request)
        asked = dict(request.query_params)
        chosen = asked.pop("as", self.people[0] if len(self.people) == 1 else "")
        if not chosen:
            links = (f"{request.url.path}?{urlencode({**asked, 'as': name})}" for name in self.people)
            return HTMLResponse(
                "".join(f'<p><a href="{html.escape(link)}">{link[-9:]}</a></p>' for link in links)
            )
        code = f"code-{len(self.codes)}"
        self.codes[code] = (chosen, asked)
        back = urlencode({"code": code, "state": asked["state"]})
        return RedirectResponse(f"{asked['redirect_uri']}?{back}", status_code=302)

    async def redeem(self, request: Request) -> tuple[str, str]:
        """The access token for the code in the form, or "" and what is wrong: client or code."""
        self.asked.append(request)
        form = {name: str(value) for name, value in (await request.form()).items()}
        if (form.get("client_id"), form.get("client_secret")) != (CLIENT_ID, CLIENT_SECRET):
            return "", "client"
        who, asked = self.codes.pop(form.get("code", ""), ("", {}))
        if not who or not proven(asked, form):
            return "", "code"
        token = f"token-{len(self.holders)}"
        self.holders[token] = who
        return token, ""

    def holder(self, request: Request, kind: str = "Bearer") -> str:
        """Whose access token came with the request; "" for nobody's."""
        self.asked.append(request)
        given, _, token = request.headers.get("authorization", "").partition(" ")
        return self.holders.get(token, "") if given == kind else ""

    def forms(self, path: str) -> list[Request]:
        """The requests that came to ``path``."""
        return [request for request in self.asked if request.url.path == path]


def unauthorized() -> Response:
    """What an API says to nobody in particular."""
    return JSONResponse({"message": "Bad credentials"}, status_code=401)


def routes(fake: OAuth2App, *, authorize: str) -> list[Route]:
    """The page that all of them have."""
    return [Route(authorize, fake.authorize)]
