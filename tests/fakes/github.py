"""GitHub: its token endpoint, which says 200 and means no, and the API about whoever signed in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tests.fakes.oauth2_app import OAuth2App, routes, unauthorized


@dataclass(frozen=True)
class Octocat:
    """An account. ``emails`` are (address, primary, verified); ``teams`` are (organisation, slug)."""

    login: str
    id: object
    name: str | None = None
    emails: Sequence[tuple[str, bool, bool]] = ()
    orgs: Sequence[str] = ()
    teams: Sequence[tuple[str, str]] = ()


ADA = Octocat(
    "ada",
    101,
    "Ada",
    emails=(("ada@home.example", False, True), ("Ada@example.com", True, True)),
    orgs=("acme", "lace"),
    teams=(("acme", "sre"), ("acme", "on-call"), ("lace", "sre")),
)


@dataclass
class FakeGitHub(OAuth2App):
    """See the module. ``page`` is how many items an answer holds, ``next_host`` where the next is said
    to be; ``broken`` are statuses by path. ``enterprise`` puts the API where a server of one's own has it."""

    octocats: list[Octocat] = field(default_factory=lambda: [ADA])
    page: int = 1
    next_host: str = ""
    scope: str = "read:org,read:user,user:email"
    broken: dict[str, int] = field(default_factory=dict)
    enterprise: bool = False

    def __post_init__(self) -> None:
        self.people = [octocat.login for octocat in self.octocats]

    def app(self) -> Starlette:
        """The ASGI app: website and API in one, whatever the host."""
        api = "/api/v3" if self.enterprise else ""
        return Starlette(
            routes=[
                *routes(self, authorize="/login/oauth/authorize"),
                Route("/login/oauth/access_token", self._token, methods=["POST"]),
                Route(f"{api}/user", self._user),
                Route(f"{api}/user/{{list:str}}", self._list),
                Route(api or "/", self._root),
            ]
        )

    async def _token(self, request: Request) -> Response:
        token, wrong = await self.redeem(request)
        errors = {"client": "incorrect_client_credentials", "code": "bad_verification_code"}
        if wrong:
            return JSONResponse({"error": errors[wrong], "error_description": "The code is\nincorrect."})
        good = {"access_token": token, "token_type": "bearer", "scope": self.scope}
        return JSONResponse({**good, **self.tokens})

    async def _root(self, request: Request) -> Response:
        self.asked.append(request)
        return JSONResponse({"current_user_url": "/user"})

    async def _user(self, request: Request) -> Response:
        octocat = self._octocat(request)
        if octocat is None:
            return unauthorized()
        return JSONResponse({"login": octocat.login, "id": octocat.id, "name": octocat.name})

    async def _list(self, request: Request) -> Response:
        octocat, name = self._octocat(request), request.path_params["list"]
        if octocat is None:
            return unauthorized()
        if name in self.broken:
            return JSONResponse({"message": "no"}, status_code=self.broken[name])
        lists: dict[str, list[object]] = {
            "emails": [{"email": e, "primary": p, "verified": v} for e, p, v in octocat.emails],
            "orgs": [{"login": login, "id": 1} for login in octocat.orgs],
            "teams": [
                {"slug": slug, "name": slug.upper(), "organization": {"login": org}}
                for org, slug in octocat.teams
            ],
        }
        start = int(request.query_params.get("page", "1")) - 1
        items = lists[name][start * self.page : (start + 1) * self.page]
        response = JSONResponse(items)
        if (start + 1) * self.page < len(lists[name]):
            base = self.next_host or str(request.base_url).rstrip("/")
            response.headers["link"] = f'<{base}{request.url.path}?page={start + 2}>; rel="next"'
        return response

    def _octocat(self, request: Request) -> Octocat | None:
        login = self.holder(request)
        return next((octocat for octocat in self.octocats if octocat.login == login), None)
