"""The routes for service tokens."""

from __future__ import annotations

from datetime import timedelta

from fastapi import FastAPI
from pydantic import Field

from doorward.api.bodies import Body
from doorward.model.service_token import LONGEST_GRACE, ServiceToken
from doorward.services.service_tokens import (
    LONGEST_LIFE,
    REFRESH,
    NewServiceToken,
    ServiceTokenReport,
    ServiceTokens,
)

HOUR = timedelta(hours=1)


class ServiceTokenRequest(Body):
    """A service token to create. ``days`` is its life; none: it does not expire."""

    name: str
    days: int | None = Field(default=None, ge=1, le=LONGEST_LIFE.days)


class RotateRequest(Body):
    """``credential`` is that of the secret to replace, as the list shows it. The secret works for
    ``grace_hours`` more; with 0 it ends at once."""

    credential: str
    grace_hours: int = Field(default=24, ge=0, le=LONGEST_GRACE // HOUR)


class RefreshRequest(Body):
    """By how much later it shall end."""

    days: int = Field(default=REFRESH.days, ge=1, le=LONGEST_LIFE.days)


def service_token_routes(app: FastAPI, tokens: ServiceTokens) -> None:
    """Add them to ``app``."""

    @app.get("/service-tokens")
    async def listed() -> list[dict[str, object]]:
        return [report_body(report) for report in await tokens.listed()]

    @app.post("/service-tokens", status_code=201)
    async def create(body: ServiceTokenRequest) -> dict[str, object]:
        lifetime = timedelta(days=body.days) if body.days else None
        return new_body(await tokens.create(body.name, lifetime=lifetime))

    @app.post("/service-tokens/{name}/rotate")
    async def rotate(name: str, body: RotateRequest) -> dict[str, object]:
        return new_body(await tokens.rotate(name, shown=body.credential, grace=body.grace_hours * HOUR))

    @app.post("/service-tokens/{name}/refresh")
    async def refresh(name: str, body: RefreshRequest) -> dict[str, object]:
        return token_body(await tokens.refresh(name, by=timedelta(days=body.days)))

    @app.post("/service-tokens/{name}/disable")
    async def disable(name: str) -> dict[str, object]:
        return token_body(await tokens.disable(name))

    @app.post("/service-tokens/{name}/enable")
    async def enable(name: str) -> dict[str, object]:
        return token_body(await tokens.enable(name))

    @app.delete("/service-tokens/{name}")
    async def delete(name: str) -> dict[str, object]:
        await tokens.delete(name)
        return {"deleted": name}


def token_body(token: ServiceToken) -> dict[str, object]:
    """A service token without anything secret. Instants are in ISO 8601, null for never."""
    return {
        "name": token.id,
        "client_id": token.client_id,
        "expires": token.expires.isoformat() if token.expires else None,
        "disabled": token.disabled,
        "previous_until": token.previous_until.isoformat() if token.previous_until else None,
    }


def new_body(new: NewServiceToken) -> dict[str, object]:
    """A service token with its new secret, shown this once."""
    return {**token_body(new.token), "secret": new.secret}


def report_body(report: ServiceTokenReport) -> dict[str, object]:
    """A service token as it is listed."""
    seen = report.use.seen if report.use else None
    return {
        **token_body(report.token),
        "state": report.state.value,
        "credential": report.credential,
        "last_seen": seen.isoformat(timespec="seconds") if seen else None,
        "last_source": (report.use.source or None) if report.use else None,
    }
