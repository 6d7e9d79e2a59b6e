"""Doorward's pages over a world of fakes, and a browser's requests to them, without any network."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping
from dataclasses import replace
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx
from starlette.applications import Starlette

from doorward.envoy import names
from doorward.model.configuration import Configuration
from doorward.model.ids import IdentityProviderId
from doorward.web.answers import Answers
from doorward.web.joining import join_pages
from doorward.web.pages import Pages
from doorward.web.static_files import load_static_files
from doorward.web.visits import CSRF_COOKIE, CSRF_FIELD
from doorward.web.ways import LOGIN
from tests.fakes.stores import FakeStores
from tests.services.sample import SOURCE, STAFF, TEAM, ask, configuration, cookies_of
from tests.services.world import World

TEAM_HOST = urlsplit(TEAM).netloc
APPLICATION_HOST = "hello.example.com"
HTML = {"accept": "text/html"}
CSRF = "c" * 43

STATIC_FILES = load_static_files()


def application_over(world: World) -> Starlette:
    """The web application as bootstrap joins it."""
    answers = Answers(Pages(STATIC_FILES), team_origin=TEAM)
    return join_pages(
        world,
        answers,
        team_domain=TEAM_HOST,
        static_files=dict(STATIC_FILES),
        clock=world.clock,
        randomness=world.randomness,
    )


def with_providers(*kept: IdentityProviderId) -> World:
    """A world in which people may choose from these providers only."""
    present = configuration()
    providers = tuple(p for p in present.identity_providers if p.id in kept)
    applications = present.applications if STAFF in kept else ()
    return World(stores=FakeStores(replace(present, identity_providers=providers, applications=applications)))


def of(present: Configuration) -> World:
    """A world with this configuration."""
    return World(stores=FakeStores(present))


class Site:
    """The pages of ``world``, begun. Requests come from ``SOURCE`` unless headers say otherwise."""

    def __init__(self, world: World | None = None) -> None:
        self.world = world or World()
        asyncio.run(self.world.begin())
        self._app = application_over(self.world)

    def request(
        self,
        method: str,
        target: str,
        *,
        host: str = TEAM_HOST,
        cookies: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        content: bytes = b"",
    ) -> httpx.Response:
        found = {"host": host, names.SOURCE_HEADER: str(SOURCE), **HTML, **(headers or {})}
        if cookies:
            found["cookie"] = "; ".join(f"{key}={value}" for key, value in cookies.items())

        async def answered() -> httpx.Response:
            # A page that fails is answered too, and that answer is what tests look at.
            transport = httpx.ASGITransport(self._app, raise_app_exceptions=False)
            async with httpx.AsyncClient(transport=transport, base_url=f"https://{host}") as client:
                return await client.request(method, target, headers=found, content=content)

        return asyncio.run(answered())

    def get(
        self,
        target: str,
        *,
        host: str = TEAM_HOST,
        cookies: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> httpx.Response:
        return self.request("GET", target, host=host, cookies=cookies, headers=headers)

    def post(
        self,
        fields: Mapping[str, str],
        *,
        cookies: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> httpx.Response:
        """Send the sign-in form."""
        sent = {"content-type": "application/x-www-form-urlencoded", **(headers or {})}
        body = urlencode(fields).encode()
        return self.request("POST", LOGIN, cookies=cookies, headers=sent, content=body)

    def sign_in(
        self, email: str = "ada@example.com", password: str = "ada's", *, flow: str = ""
    ) -> httpx.Response:
        """Fill the form in as a browser does that was shown it."""
        fields = {CSRF_FIELD: CSRF, "provider": STAFF, "email": email, "password": password, "flow": flow}
        return self.post(fields, cookies={CSRF_COOKIE: CSRF}, headers={"origin": TEAM})

    def session_cookies(self, name: str = "ada") -> dict[str, str]:
        """The team domain's cookies of someone who signed in."""
        found = cookies_set_by(self.sign_in(f"{name}@example.com", f"{name}'s"))
        return {names.SESSION_COOKIE: found[names.SESSION_COOKIE]}

    def begin_flow(self, target: str = "/wiki?page=2") -> tuple[str, str]:
        """Begin at the application: the sealed flow, and the browser's flow cookie there."""
        application = self.world.current.get().at(APPLICATION_HOST)[0]
        departure = self.world.flows.begin(application, ask(APPLICATION_HOST, target))
        flow = query_of(departure.location)["flow"]
        return flow, cookies_of(departure.cookies)[names.FLOW_COOKIE]

    def code(self, flow: str, session: Mapping[str, str]) -> str:
        """The one-time code with which the sign-in sends a person back to the application."""
        onward = self.get(f"{LOGIN}?{urlencode({'flow': flow})}", cookies=session)
        return query_of(onward.headers["location"])["code"]


def cookies_set_by(response: httpx.Response) -> dict[str, str]:
    return cookies_of(response.headers.get_list("set-cookie"))


def query_of(url: str) -> dict[str, str]:
    return {key: values[0] for key, values in parse_qs(urlsplit(url).query).items()}


def hidden_fields(page: str) -> dict[str, str]:
    """The hidden fields of a page's form."""
    return dict(re.findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)">', page))
