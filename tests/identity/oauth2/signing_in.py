"""A sign-in with an OAuth 2.0 service, from departure to arrival."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import httpx

from doorward.identity.oauth2.provider import OAuth2Provider
from doorward.model.identity_provider import OAuth2
from doorward.ports.identity import Arrival, Check
from tests.fakes.clock import FakeRandomness
from tests.fakes.oauth2_app import CLIENT_ID, CLIENT_SECRET
from tests.fakes.openid import CALLBACK, WORK
from tests.fakes.openid_app import App, client_of


def settings(preset: str, **changes: Any) -> OAuth2:
    return OAuth2(**{"preset": preset, "client_id": CLIENT_ID, "client_secret": CLIENT_SECRET, **changes})


def run(
    fake: App, wanted: OAuth2, test: Callable[[OAuth2Provider, httpx.AsyncClient], Awaitable[None]]
) -> None:
    async def with_provider() -> None:
        async with client_of(fake) as client:
            await test(adapter(wanted, client), client)

    asyncio.run(with_provider())


def adapter(wanted: OAuth2, client: httpx.AsyncClient) -> OAuth2Provider:
    return OAuth2Provider(id=WORK, settings=wanted, client=client, randomness=FakeRandomness())


def arrive(fake: App, wanted: OAuth2) -> Arrival:
    found: list[Arrival] = []

    async def test(provider: OAuth2Provider, client: httpx.AsyncClient) -> None:
        departure = await provider.depart(callback=CALLBACK)
        back = httpx.URL((await client.get(departure.url)).headers["location"])
        found.append(
            await provider.arrive(
                callback=CALLBACK, transaction=departure.transaction, answer=dict(back.params)
            )
        )

    run(fake, wanted, test)
    return found[0]


def checks(fake: App, wanted: OAuth2) -> dict[str, Check]:
    found: dict[str, Check] = {}

    async def test(provider: OAuth2Provider, client: httpx.AsyncClient) -> None:
        found.update({check.name: check async for check in provider.checklist(callback=CALLBACK)})

    run(fake, wanted, test)
    return found
