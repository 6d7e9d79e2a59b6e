"""Graph as an application asks it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping

import httpx

from doorward.sample.entra.seed import CLIENT_ID, TENANT_ID
from tests.fakes.entra import FakeEntra
from tests.fakes.entra_visitor import Visitor

EVENTUAL = {"ConsistencyLevel": "eventual"}


class Graph:
    """Asks with one token; answers are not checked."""

    def __init__(self, client: httpx.AsyncClient, token: str) -> None:
        self._client = client
        self.token = token

    async def get(self, path: str, headers: Mapping[str, str] | None = None) -> httpx.Response:
        address = path if path.startswith("http") else f"/v1.0{path}"
        return await self._client.get(address, headers=self._headers(headers))

    async def post(self, path: str, body: object) -> httpx.Response:
        return await self._client.post(f"/v1.0{path}", json=body, headers=self._headers(None))

    def _headers(self, more: Mapping[str, str] | None) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}", **(more or {})}


Story = Callable[[Graph], Awaitable[None]]


def as_person(
    fake: FakeEntra, story: Story, name: str = "ada@example.com", *, scope: str = "openid profile User.Read"
) -> None:
    """Tell ``story`` with the token that the application got when somebody signed in."""

    async def run() -> None:
        fake.faults.auto_sign_in = True
        async with fake.client() as client:
            tokens = await Visitor(fake, client).tokens(name, login_hint=name, scope=scope)
            await story(Graph(client, tokens["access_token"]))

    asyncio.run(run())


def as_application(fake: FakeEntra, story: Story) -> None:
    """Tell ``story`` with a token for the application by itself."""

    async def run() -> None:
        async with fake.client() as client:
            await story(Graph(client, await Visitor(fake, client).application_token()))

    asyncio.run(run())


def permissions(fake: FakeEntra, *names: str) -> None:
    """The application has exactly these, of both kinds."""
    standing = fake.directory.tenants[TENANT_ID].applications[CLIENT_ID]
    standing.granted_delegated = {"openid", "profile", "email", "offline_access", *names}
    standing.granted_application = set(names)


def code(answer: httpx.Response) -> tuple[int, str]:
    """Status and code of a refusal."""
    return answer.status_code, answer.json()["error"]["code"]
