"""The API's routes about identity providers."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import AsyncIterator

from fastapi import FastAPI
from fastapi.responses import StreamingResponse

from doorward.model.access import Identity
from doorward.model.errors import AccessError
from doorward.ports.identity import Check
from doorward.services.identity_providers import IdentityProviders


def identity_provider_routes(app: FastAPI, providers: IdentityProviders) -> None:
    """List, test, look up."""

    @app.get("/identity-providers")
    async def listed() -> list[dict[str, object]]:
        return [dataclasses.asdict(summary) for summary in providers.listed()]

    @app.get("/identity-providers/{provider}/checklist")
    async def checklist(provider: str) -> StreamingResponse:
        lines = _lines(providers, provider)
        first = await anext(lines)  # raises here what has a status of its own, such as NotFound
        return StreamingResponse(_with(first, lines), media_type="application/x-ndjson")

    @app.post("/identity-providers/{provider}/trials")
    async def begin_trial(provider: str) -> dict[str, str]:
        ticket, url = providers.begin_trial(provider)
        return {"ticket": ticket, "url": url}

    @app.get("/identity-provider-trials/{ticket}")
    async def trial(ticket: str) -> dict[str, object]:
        found = providers.trial(ticket)
        return {
            "identity": identity_body(found.identity) if found.identity else None,
            "checks": [check_body(check) for check in found.checks],
            "raw": found.raw,
        }

    @app.get("/identity-providers/{provider}/groups")
    async def groups(provider: str, text: str) -> list[dict[str, object]]:
        return [dataclasses.asdict(group) for group in await providers.find_groups(provider, text)]

    @app.get("/identity-providers/{provider}/contexts")
    async def contexts(provider: str) -> dict[str, bool]:
        return dict(await providers.contexts_in_use(provider))


def check_body(check: Check) -> dict[str, object]:
    """An item of a checklist."""
    return dataclasses.asdict(check)


def identity_body(identity: Identity) -> dict[str, object]:
    """A person as policies see them."""
    return {
        "email": identity.email,
        "name": identity.name,
        "subject": identity.subject,
        "upn": identity.upn,
        "groups": sorted(identity.groups),
        "roles": sorted(identity.roles),
        "claims": sorted(f"{name}={value}" for name, value in identity.claims),
        "contexts": sorted(identity.contexts),
    }


async def _lines(providers: IdentityProviders, provider: str) -> AsyncIterator[str]:
    async for check in providers.checklist(provider):
        yield json.dumps(check_body(check)) + "\n"


async def _with(first: str, rest: AsyncIterator[str]) -> AsyncIterator[str]:
    yield first
    try:
        async for line in rest:
            yield line
    except AccessError as error:
        yield json.dumps({"error": str(error)}) + "\n"
