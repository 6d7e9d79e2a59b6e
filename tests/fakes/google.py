"""Google: OpenID Connect as at accounts.google.com, and the Directory API of a Workspace."""

from __future__ import annotations

import functools
import json
from collections.abc import Mapping
from dataclasses import dataclass, field

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import RSAKey
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tests.fakes.openid_app import Grant, OpenIdApp, Somebody

ISSUER = "https://accounts.google.com"
ADMINISTRATOR = "admin@example.com"
ROBOT = "robot@project.iam.gserviceaccount.com"
SCOPE = "https://www.googleapis.com/auth/admin.directory.group.readonly"
GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"
DIRECTORY_TOKEN = "the-directory-token"

ADA = Somebody(
    "1001", "ada@example.com", "Ada", groups=("sre", "engineers", "all"), claims={"hd": "example.com"}
)
EVE = Somebody("1002", "eve@gmail.com", "Eve")


@functools.cache
def robot_key() -> RSAKey:
    """The service account's."""
    return RSAKey.generate_key(2048)


@dataclass
class FakeGoogle(OpenIdApp):
    """See the module. ``bare`` names the issuer as Google sometimes does; ``page`` is how many groups
    an answer holds; ``delegated`` whether the service account may act for administrators; ``status``
    is what the Directory API answers instead."""

    issuer: str = ISSUER
    people: list[Somebody] = field(default_factory=lambda: [ADA, EVE])
    bare: bool = False
    page: int = 2
    delegated: bool = True
    status: int = 200
    assertions: list[Mapping[str, object]] = field(default_factory=list)

    def service_account(self) -> str:
        """The JSON file that Google gives out."""
        return json.dumps(
            {
                "type": "service_account",
                "client_email": ROBOT,
                "private_key": robot_key().as_pem(private=True).decode(),
                "token_uri": f"{self._origin()}/oauth2/token",
            }
        )

    def more_routes(self) -> list[Route]:
        """Google's other APIs."""
        return [
            Route("/oauth2/token", self._robot, methods=["POST"]),
            Route("/admin/directory/v1/groups", self._groups),
        ]

    def claims_of(self, grant: Grant) -> Mapping[str, object]:
        """No groups; perhaps the other spelling of the issuer."""
        claims = {name: value for name, value in super().claims_of(grant).items() if name != "groups"}
        return {**claims, "iss": self.issuer.partition("://")[2]} if self.bare else claims

    def gives_refresh_token(self, asked: Mapping[str, str]) -> bool:
        """Google's own way."""
        return asked.get("access_type") == "offline" and "consent" in asked.get("prompt", "").split()

    async def _robot(self, request: Request) -> Response:
        self.asked.append(request)
        form = await request.form()
        try:
            token = jwt.decode(str(form.get("assertion")), robot_key(), algorithms=["RS256"])
        except (JoseError, ValueError):
            return JSONResponse({"error": "invalid_grant"}, status_code=400)
        claims = token.claims
        self.assertions.append(claims)
        now = int(self.clock.now().timestamp())
        wanted = {"iss": ROBOT, "aud": f"{self._origin()}/oauth2/token", "scope": SCOPE}
        whole = all(claims.get(name) == value for name, value in wanted.items())
        if form.get("grant_type") != GRANT or not whole or not now - 60 < claims["iat"] < claims["exp"]:
            return JSONResponse({"error": "invalid_grant"}, status_code=400)
        if not self.delegated or claims.get("sub") != ADMINISTRATOR:
            return JSONResponse({"error": "unauthorized_client"}, status_code=401)
        return JSONResponse({"access_token": DIRECTORY_TOKEN, "expires_in": 3600, "token_type": "Bearer"})

    async def _groups(self, request: Request) -> Response:
        self.asked.append(request)
        if request.headers.get("authorization") != f"Bearer {DIRECTORY_TOKEN}":
            return JSONResponse({"error": {"code": 401}}, status_code=401)
        if self.status != 200:
            return JSONResponse({"error": {"code": self.status}}, status_code=self.status)
        key = request.query_params["userKey"]
        known = {p.email: p.groups for p in self.people if p.claims.get("hd")} | {ADMINISTRATOR: ()}
        if key not in known:
            return JSONResponse({"error": {"code": 404, "message": "Not Found"}}, status_code=404)
        start = int(request.query_params.get("pageToken", "0"))
        shown = known[key][start : start + self.page]
        # Google leaves "groups" out where there is none.
        answer: dict[str, object] = {"kind": "admin#directory#groups"}
        if shown:
            answer["groups"] = [{"email": f"{g}@Example.com", "name": g.upper()} for g in shown]
        if start + self.page < len(known[key]):
            answer["nextPageToken"] = str(start + self.page)
        return JSONResponse(answer)
