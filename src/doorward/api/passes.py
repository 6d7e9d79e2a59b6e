"""The routes about people's passes."""

from __future__ import annotations

from fastapi import FastAPI

from doorward.model.access_pass import AccessPass
from doorward.model.ids import PassId
from doorward.services.passes import Passes


def pass_routes(app: FastAPI, passes: Passes) -> None:
    """``GET /passes`` and ``DELETE /passes/ID``."""

    @app.get("/passes")
    async def listed(email: str | None = None) -> list[dict[str, object]]:
        found = await passes.listed()
        return [
            {**pass_body(made), "email": session.identity.email}
            for made, session in found
            if email in (None, session.identity.email)
        ]

    @app.delete("/passes/{pass_id}")
    async def revoke(pass_id: str) -> dict[str, object]:
        return pass_body(await passes.revoke(PassId(pass_id)))


def pass_body(made: AccessPass) -> dict[str, object]:
    """A pass as JSON, without any secret."""
    return {
        "id": made.id,
        "application": made.application,
        "name": made.name,
        "paths": list(made.paths),
        "session": made.session,
        "created": made.created.isoformat(),
        "expires": made.expires.isoformat(),
        "used": made.used.isoformat() if made.used else None,
        "used_from": made.used_from,
    }
