"""An OpenID provider as an ASGI app: inside a test's process, or served over loopback HTTP to browsers.

Whoever is named by ``login_hint`` is signed in; without it a page offers everybody. What is peculiar to
one service is in the files that build on this one.
"""

from __future__ import annotations

import base64
import hashlib
import html
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol
from urllib.parse import unquote_plus, urlencode

import httpx
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from doorward.ports.clock import Clock
from tests.fakes.clock import FakeClock
from tests.fakes.openid import changed, rsa, signed


@dataclass(frozen=True)
class Somebody:
    """An account. ``claims`` are further claims of their ID token."""

    sub: str
    email: str
    name: str = ""
    email_verified: object = True
    groups: Sequence[str] = ()
    claims: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True)
class Grant:
    """What a code or refresh token was given for."""

    person: Somebody
    asked: Mapping[str, str]


class App(Protocol):
    """What tests need of any of the services."""

    def app(self) -> Starlette:
        """The ASGI app."""
        ...


def client_of(fake: App) -> httpx.AsyncClient:
    """A client whose every request comes to ``fake``, whatever the host."""
    return httpx.AsyncClient(transport=httpx.ASGITransport(app=fake.app()))


@dataclass
class OpenIdApp:
    """See the module. ``changes`` change each ID token's claims (``REMOVED`` leaves one out)."""

    issuer: str
    people: list[Somebody]
    client_id: str = "doorward"
    client_secret: str = "s3cret:&"
    clock: Clock = field(default_factory=FakeClock)
    changes: dict[str, object] = field(default_factory=dict)
    authentication: tuple[str, ...] = ("client_secret_basic", "client_secret_post")
    algorithm: str = "RS256"
    asked: list[Request] = field(default_factory=list)
    refused: set[str] = field(default_factory=set)
    _grants: dict[str, Grant] = field(default_factory=dict)
    _drawn: int = 0

    def app(self) -> Starlette:
        """The ASGI app."""
        return Starlette(
            routes=[
                Route("/{before:path}.well-known/openid-configuration", self._discovery),
                Route("/authorize", self._authorize),
                Route("/token", self._token, methods=["POST"]),
                Route("/keys", self._keys),
                Route("/userinfo", self._userinfo),
                *self.more_routes(),
            ]
        )

    def more_routes(self) -> list[Route]:
        """What one service has beside the rest."""
        return []

    def claims_of(self, grant: Grant) -> Mapping[str, object]:
        """What the ID token says of the person, beside who they are."""
        person = grant.person
        said = {"email": person.email, "email_verified": person.email_verified, "name": person.name}
        return {**said, "groups": list(person.groups), **person.claims}

    def userinfo_of(self, person: Somebody) -> Mapping[str, object]:
        """What userinfo says of them."""
        return {"sub": person.sub, "email": person.email, "email_verified": person.email_verified}

    def gives_refresh_token(self, asked: Mapping[str, str]) -> bool:
        """Whether a sign-in with these parameters brings one."""
        return "offline_access" in asked.get("scope", "").split()

    def offers(self) -> Mapping[str, object]:
        """Members of the metadata beside the usual ones."""
        return {}

    def secret(self, grant: Grant) -> str:
        """A new code or token for ``grant``."""
        self._drawn += 1
        text = f"{type(self).__name__}-{self._drawn}"
        self._grants[text] = grant
        return text

    async def _discovery(self, request: Request) -> Response:
        self.asked.append(request)
        base = str(request.base_url).rstrip("/") if self.issuer.startswith("http://") else self._origin()
        metadata = {
            "issuer": self.issuer,
            "authorization_endpoint": f"{base}/authorize",
            "token_endpoint": f"{base}/token",
            "jwks_uri": f"{base}/keys",
            "userinfo_endpoint": f"{base}/userinfo",
            "id_token_signing_alg_values_supported": [self.algorithm],
            "token_endpoint_auth_methods_supported": list(self.authentication),
            "scopes_supported": ["openid", "email", "profile", "groups", "offline_access"],
        }
        return JSONResponse({**metadata, **self.offers()})

    def _origin(self) -> str:
        url = httpx.URL(self.issuer)
        return f"{url.scheme}://{url.netloc.decode()}"

    async def _authorize(self, request: Request) -> Response:
        self.asked.append(request)
        asked = dict(request.query_params)
        person = next((p for p in self.people if p.email == asked.get("login_hint")), None)
        if person is None:
            return HTMLResponse("".join(self._choice(asked, someone) for someone in self.people))
        code = self.secret(Grant(person, asked))
        answer = urlencode({"code": code, "state": asked["state"]})
        return RedirectResponse(f"{asked['redirect_uri']}?{answer}", status_code=302)

    def _choice(self, asked: Mapping[str, str], someone: Somebody) -> str:
        link = html.escape(f"/authorize?{urlencode({**asked, 'login_hint': someone.email})}")
        return f'<p><a href="{link}">{html.escape(someone.email)}</a></p>'

    async def _token(self, request: Request) -> Response:
        self.asked.append(request)
        form = {name: str(value) for name, value in (await request.form()).items()}
        if (self.client_id, self.client_secret) != _client(request, form):
            return JSONResponse({"error": "invalid_client"}, status_code=401)
        given = form.get("refresh_token") or form.get("code", "")
        grant = self._grants.get(given)
        if grant is None or given in self.refused or not proven(grant.asked, form):
            return JSONResponse({"error": "invalid_grant", "error_description": "no"}, status_code=400)
        if "code" in form:
            self.refused.add(given)
        return JSONResponse(self._tokens(grant, again="refresh_token" in form))

    def _tokens(self, grant: Grant, *, again: bool) -> Mapping[str, object]:
        access = self.secret(grant)
        tokens = {"token_type": "Bearer", "access_token": access, "id_token": self._id_token(grant, again)}
        if not again and self.gives_refresh_token(grant.asked):
            tokens["refresh_token"] = self.secret(grant)
        return tokens

    def _id_token(self, grant: Grant, again: bool) -> str:  # noqa: FBT001 - a fake's inside
        now = int(self.clock.now().timestamp())
        honest = {
            "iss": self.issuer,
            "aud": self.client_id,
            "sub": grant.person.sub,
            "iat": now,
            "exp": now + 300,
            **self.claims_of(grant),
        }
        nonce = {} if again else {"nonce": grant.asked.get("nonce")}
        header = {"alg": self.algorithm, "kid": "one", "typ": "JWT"}
        return signed(header, json.dumps(changed({**honest, **nonce}, self.changes)).encode(), rsa())

    async def _keys(self, request: Request) -> Response:
        self.asked.append(request)
        return JSONResponse({"keys": [rsa().as_dict(private=False)]})

    async def _userinfo(self, request: Request) -> Response:
        self.asked.append(request)
        bearer = request.headers.get("authorization", "").removeprefix("Bearer ")
        if bearer not in self._grants:
            return JSONResponse({}, status_code=401)
        return JSONResponse(self.userinfo_of(self._grants[bearer].person))

    def forms(self, path: str) -> list[Request]:
        """The requests that came to ``path``."""
        return [request for request in self.asked if request.url.path == path]


def _client(request: Request, form: Mapping[str, str]) -> tuple[str, str]:
    kind, _, value = request.headers.get("authorization", "").partition(" ")
    if kind != "Basic":
        return form.get("client_id", ""), form.get("client_secret", "")
    id, _, secret = base64.b64decode(value).decode().partition(":")
    return unquote_plus(id), unquote_plus(secret)


def proven(asked: Mapping[str, str], form: Mapping[str, str]) -> bool:
    """Whether a code is given by who asked for it (RFC 7636 section 4.6)."""
    if "code" not in form:
        return True
    digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
    challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
    return form.get("redirect_uri") == asked["redirect_uri"] and asked.get("code_challenge") in {
        None,
        challenge,
    }
