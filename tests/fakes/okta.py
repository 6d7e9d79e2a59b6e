"""Okta: OpenID Connect, and the API that lists a person's groups. Its ID tokens leave groups out where
there are a hundred or more."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tests.fakes.openid_app import Grant, OpenIdApp, Somebody

ISSUER = "https://acme.okta.com"
API_TOKEN = "00-the-api-token"
TOO_MANY = 100

ADA = Somebody("00ada", "ada@example.com", "Ada", groups=tuple(f"group-{n}" for n in range(250)))
BOB = Somebody("00bob", "bob@example.com", "Bob", groups=("engineers",))


@dataclass
class FakeOkta(OpenIdApp):
    """See the module. ``page`` is how many groups an answer holds, ``next_host`` where the next is
    said to be, ``status`` what the API answers instead."""

    issuer: str = ISSUER
    people: list[Somebody] = field(default_factory=lambda: [ADA, BOB])
    page: int = 100
    next_host: str = ""
    status: int = 200

    def more_routes(self) -> list[Route]:
        """The API."""
        return [Route("/api/v1/users/{sub}/groups", self._groups), Route("/api/v1/groups", self._some)]

    def claims_of(self, grant: Grant) -> Mapping[str, object]:
        """Groups only with the scope of that name, and only while they are few."""
        claims = dict(super().claims_of(grant))
        if "groups" not in grant.asked["scope"].split() or len(grant.person.groups) >= TOO_MANY:
            del claims["groups"]
        return claims

    async def _some(self, request: Request) -> Response:
        self.asked.append(request)
        return self._refusal(request) or JSONResponse([])

    async def _groups(self, request: Request) -> Response:
        self.asked.append(request)
        refusal = self._refusal(request)
        person = next((p for p in self.people if p.sub == request.path_params["sub"]), None)
        if refusal is not None:
            return refusal
        if person is None:
            return JSONResponse({"errorCode": "E0000007"}, status_code=404)
        start = int(request.query_params.get("after", "0"))
        shown = person.groups[start : start + self.page]
        groups = [{"id": f"00g-{name}", "type": "OKTA_GROUP", "profile": {"name": name}} for name in shown]
        base = self.next_host or str(request.base_url).rstrip("/")
        path = f"{base}{request.url.path}"
        links = [f'<{path}?limit={self.page}>; rel="self"']
        if start + self.page < len(person.groups):
            links.append(f'<{path}?after={start + self.page}&limit={self.page}>; rel="next"')
        response = JSONResponse(groups)
        for link in links:
            response.headers.append("link", link)
        return response

    def _refusal(self, request: Request) -> Response | None:
        if request.headers.get("authorization") != f"SSWS {API_TOKEN}":
            return JSONResponse({"errorCode": "E0000011"}, status_code=401)
        return JSONResponse({}, status_code=self.status) if self.status != 200 else None
