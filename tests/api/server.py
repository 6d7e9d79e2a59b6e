"""The API over a world of fakes; over a unix socket, too, as commands reach it."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
from fastapi import FastAPI
from starlette.types import ASGIApp

from doorward.api.application import Verbs, api_application
from doorward.bootstrap import places
from doorward.services.status import status
from tests.services.explaining import explanations_of
from tests.services.reporting import facts_of
from tests.services.world import World
from tests.serving import serving_on


def verbs_of(world: World) -> Verbs:
    """The use cases of ``world``."""
    return Verbs(
        configurations=world.configurations,
        tunnels=world.tunnels,
        sessions=world.sessions,
        service_tokens=world.service_tokens,
        lists=world.lists,
        identity_providers=world.identity_providers,
        explanations=explanations_of(world),
        passes=world.passes,
        grants=world.grants,
        keys=world.keys,
        facts=facts_of(world),
        status=lambda: status(world.publisher, world.edges, world.relays, places=world.places),
    )


def api_over(world: World) -> FastAPI:
    """The API over ``world``, begun."""
    asyncio.run(world.begin())
    return api_application(verbs_of(world))


class Api:
    """Requests to the API of ``world``, without a network."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.app: FastAPI = api_over(world)

    def send(self, method: str, target: str, body: object = None) -> httpx.Response:
        async def answered() -> httpx.Response:
            transport = httpx.ASGITransport(self.app)
            async with httpx.AsyncClient(transport=transport, base_url="http://doorward") as client:
                return await client.request(method, target, json=body)

        return asyncio.run(answered())


@contextmanager
def serving(app: ASGIApp, data: Path) -> Iterator[None]:
    """Serve ``app`` where commands with ``--data`` look for it."""
    path = data / places.API_SOCKET
    path.parent.mkdir(parents=True, exist_ok=True)
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as listening:
        listening.bind(str(path))
        try:
            with serving_on(listening, app):
                yield
        finally:
            path.unlink()
