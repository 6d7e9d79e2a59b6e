"""The routes about access that was given for a time."""

from __future__ import annotations

from fastapi import FastAPI

from doorward.model.grant import Grant
from doorward.model.ids import GrantId
from doorward.services.grants import Grants


def grant_routes(app: FastAPI, grants: Grants) -> None:
    """``GET /grants`` and ``DELETE /grants/ID``."""

    @app.get("/grants")
    async def listed() -> list[dict[str, object]]:
        return [grant_body(grant) for grant in await grants.listed()]

    @app.delete("/grants/{grant_id}")
    async def revoke(grant_id: str) -> dict[str, object]:
        return grant_body(await grants.revoke(GrantId(grant_id)))


def grant_body(grant: Grant) -> dict[str, object]:
    """A grant as JSON."""
    return {
        "id": grant.id,
        "person": grant.person,
        "application": grant.application,
        "policy": grant.policy,
        "session": grant.session,
        "reason": grant.reason,
        "asked": grant.asked.isoformat(),
        "minutes": int(grant.wanted.total_seconds() // 60),
        "approved_by": list(grant.approved_by),
        "until": grant.until.isoformat() if grant.until else None,
        "closed_by": grant.closed_by,
    }
