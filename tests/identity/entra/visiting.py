"""A whole sign-in at the stand-in for Entra: Doorward's side, a person's browser, and back."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field

import httpx

from doorward.identity.entra.provider import EntraProvider
from doorward.model.identity_provider import ClientSecret, EntraId
from doorward.model.ids import IdentityProviderId
from doorward.ports.identity import Arrival, Departure
from doorward.sample.entra.seed import CLIENT_ID, CLIENT_SECRET, TENANT_ID
from tests.fakes.clock import FakeRandomness
from tests.fakes.entra import BASE_URL, CALLBACK, FakeEntra
from tests.fakes.entra_visitor import Visitor

ENTRA = IdentityProviderId("entra")
SETTINGS = EntraId(
    tenant=TENANT_ID,
    client_id=CLIENT_ID,
    client_secrets=(ClientSecret(value=CLIENT_SECRET),),
    authority_url=BASE_URL,
    graph_url=BASE_URL,
)


@dataclass
class Visiting:
    """``asked`` holds every request of Doorward's, ``slept`` how long it paused."""

    fake: FakeEntra
    client: httpx.AsyncClient
    asked: list[httpx.Request] = field(default_factory=list)
    slept: list[float] = field(default_factory=list)
    randomness: FakeRandomness = field(default_factory=FakeRandomness)

    def provider(self, settings: EntraId = SETTINGS) -> EntraProvider:
        async def sleep(seconds: float) -> None:
            self.slept.append(seconds)

        return EntraProvider(
            id=ENTRA,
            settings=settings,
            client=self.client,
            clock=self.fake.clock,
            randomness=self.randomness,
            sleep=sleep,
        )

    async def sign_in(
        self,
        provider: EntraProvider,
        username: str = "ada@example.com",
        *,
        contexts: Sequence[str] = (),
        confirm: bool = False,
    ) -> Arrival:
        """Go, sign in with the usual password, and come back."""
        departure = await provider.depart(callback=CALLBACK, contexts=contexts)
        return await self.come_back(provider, departure, username, confirm=confirm)

    async def come_back(
        self,
        provider: EntraProvider,
        departure: Departure,
        username: str = "ada@example.com",
        *,
        confirm: bool = False,
    ) -> Arrival:
        answer = await self.browse(departure, username, confirm=confirm)
        return await provider.arrive(callback=CALLBACK, transaction=departure.transaction, answer=answer)

    async def browse(
        self, departure: Departure, username: str = "ada@example.com", *, confirm: bool = False
    ) -> Mapping[str, str]:
        """What the browser brings back."""
        async with self.fake.client() as browser:
            visitor = Visitor(self.fake, browser)
            page = await visitor.sign_in(await visitor.open(departure.url), username)
            if confirm:
                page = await visitor.press(page, "Approve")
            return page.arrived

    def count(self, ending: str) -> int:
        """How many requests of Doorward's had a path with this end."""
        return sum(request.url.path.endswith(ending) for request in self.asked)


def run(test: Callable[[Visiting], Awaitable[None]], fake: FakeEntra | None = None) -> Visiting:
    """Run a test with a provider's surroundings."""

    async def with_client() -> Visiting:
        known = fake or FakeEntra()
        asked: list[httpx.Request] = []

        async def note(request: httpx.Request) -> None:
            asked.append(request)

        async with httpx.AsyncClient(transport=known.transport(), event_hooks={"request": [note]}) as client:
            visiting = Visiting(known, client, asked)
            await test(visiting)
            return visiting

    return asyncio.run(with_client())
