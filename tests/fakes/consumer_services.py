"""Facebook and Yandex, as far as signing in goes."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass, field

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tests.fakes.oauth2_app import CLIENT_SECRET, OAuth2App, routes, unauthorized


@dataclass
class FakeFacebook(OAuth2App):
    """``me`` is what the Graph API says of whoever signed in."""

    people: list[str] = field(default_factory=lambda: ["ada"])
    me: dict[str, object] = field(
        default_factory=lambda: {"id": "app-scoped-1", "name": "Ada", "email": "ada@example.com"}
    )

    def app(self) -> Starlette:
        """The ASGI app."""
        return Starlette(
            routes=[
                *routes(self, authorize="/{version}/dialog/oauth"),
                Route("/{version}/oauth/access_token", self._token, methods=["POST"]),
                Route("/{version}/me", self._me),
            ]
        )

    async def _token(self, request: Request) -> Response:
        token, wrong = await self.redeem(request)
        codes = {"client": 1, "code": 100}
        if wrong:
            error = {"message": "no", "type": "OAuthException", "code": codes[wrong]}
            return JSONResponse({"error": error}, status_code=400)
        return JSONResponse(
            {"access_token": token, "token_type": "bearer", "expires_in": 5000, **self.tokens}
        )

    async def _me(self, request: Request) -> Response:
        if not self.holder(request):
            return unauthorized()
        token = request.headers["authorization"].removeprefix("Bearer ")
        proof = hmac.new(CLIENT_SECRET.encode(), token.encode(), hashlib.sha256).hexdigest()
        if request.query_params.get("appsecret_proof") != proof:
            return JSONResponse({"error": {"code": 100}}, status_code=400)
        fields = request.query_params["fields"].split(",")
        return JSONResponse({name: self.me[name] for name in fields if name in self.me})


@dataclass
class FakeYandex(OAuth2App):
    """``info`` is what Yandex ID says of whoever signed in."""

    people: list[str] = field(default_factory=lambda: ["ada"])
    info: dict[str, object] = field(
        default_factory=lambda: {"id": "1000", "real_name": "Ada L", "default_email": "ada@yandex.example"}
    )

    def app(self) -> Starlette:
        """The ASGI app."""
        return Starlette(
            routes=[
                *routes(self, authorize="/authorize"),
                Route("/token", self._token, methods=["POST"]),
                Route("/info", self._info),
            ]
        )

    async def _token(self, request: Request) -> Response:
        token, wrong = await self.redeem(request)
        errors = {"client": "invalid_client", "code": "invalid_grant"}
        if wrong:
            return JSONResponse({"error": errors[wrong]}, status_code=400)
        return JSONResponse({"access_token": token, "token_type": "bearer", **self.tokens})

    async def _info(self, request: Request) -> Response:
        return JSONResponse(self.info) if self.holder(request, "OAuth") else unauthorized()
