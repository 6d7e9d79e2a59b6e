"""The routes of the API."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, PlainTextResponse

from doorward import __version__
from doorward.api import bodies
from doorward.api.explanations import explanation_routes
from doorward.api.facts import fact_routes
from doorward.api.grants import grant_routes
from doorward.api.identity_providers import identity_provider_routes
from doorward.api.named_lists import list_routes
from doorward.api.passes import pass_routes
from doorward.api.service_tokens import service_token_routes
from doorward.api.signing_keys import signing_key_routes
from doorward.declaration import DeclarationInvalid
from doorward.model.errors import AccessError, Conflict, Invalid, NotFound, Refused, Unavailable
from doorward.model.ids import SessionId
from doorward.services.configuration import AccessFile, Configurations
from doorward.services.explanations import Explanations
from doorward.services.facts import Facts
from doorward.services.grants import Grants
from doorward.services.identity_providers import IdentityProviders
from doorward.services.key_rotation import KeyRotation
from doorward.services.named_lists import NamedLists
from doorward.services.passes import Passes
from doorward.services.service_tokens import ServiceTokens
from doorward.services.sessions import LiveSessions
from doorward.services.status import Status
from doorward.services.tunnels import Tunnels

STATUS: dict[type[AccessError], int] = {
    Invalid: 400,
    Refused: 403,
    NotFound: 404,
    Conflict: 409,
    Unavailable: 503,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Verbs:
    """The use cases that the API offers."""

    configurations: Configurations
    tunnels: Tunnels
    sessions: LiveSessions
    service_tokens: ServiceTokens
    lists: NamedLists
    identity_providers: IdentityProviders
    explanations: Explanations
    passes: Passes
    grants: Grants
    keys: KeyRotation
    facts: Facts
    status: Callable[[], Status]


def api_application(verbs: Verbs) -> FastAPI:
    """The API over ``verbs``."""
    app = FastAPI(title="Doorward", version=__version__, docs_url=None, redoc_url=None)
    app.add_exception_handler(AccessError, _problem)
    app.add_exception_handler(RequestValidationError, _malformed)
    _status(app, verbs)
    _configuration(app, verbs)
    _tunnels(app, verbs)
    _sessions(app, verbs)
    service_token_routes(app, verbs.service_tokens)
    list_routes(app, verbs.lists)
    identity_provider_routes(app, verbs.identity_providers)
    explanation_routes(app, verbs.explanations)
    pass_routes(app, verbs.passes)
    grant_routes(app, verbs.grants)
    signing_key_routes(app, verbs.keys)
    fact_routes(app, verbs.facts)
    return app


async def _problem(request: Request, error: Exception) -> JSONResponse:
    del request
    status = next((code for kind, code in STATUS.items() if isinstance(error, kind)), 500)
    content: dict[str, object] = {"error": str(error)}
    if isinstance(error, DeclarationInvalid):
        content["problems"] = [str(problem) for problem in error.problems]
    return JSONResponse(content, status_code=status)


async def _malformed(request: Request, error: Exception) -> JSONResponse:
    del request
    problems = error.errors() if isinstance(error, RequestValidationError) else []
    words = [".".join(map(str, p["loc"][1:])) + ": " + p["msg"] for p in problems]
    return JSONResponse({"error": "; ".join(words) or "malformed request"}, status_code=422)


def _status(app: FastAPI, verbs: Verbs) -> None:
    @app.get("/status")
    async def status() -> dict[str, object]:
        return bodies.status_body(verbs.status())


def _configuration(app: FastAPI, verbs: Verbs) -> None:
    @app.get("/configuration", response_class=PlainTextResponse)
    async def export(*, with_secrets: bool = False) -> str:
        return await verbs.configurations.export(with_secrets=with_secrets)

    @app.get("/applications")
    async def applications() -> list[dict[str, object]]:
        configuration = await verbs.configurations.load()
        return [bodies.application_body(application) for application in configuration.applications]

    @app.post("/configuration")
    async def apply(body: bodies.ApplyRequest) -> dict[str, object]:
        file = AccessFile(name=body.name, text=body.text, files=body.files, environment=body.environment)
        return bodies.outcome_body(
            await verbs.configurations.apply(file, dry_run=body.dry_run, based_on=body.based_on)
        )


def _tunnels(app: FastAPI, verbs: Verbs) -> None:
    @app.get("/tunnels")
    async def listed() -> list[dict[str, object]]:
        return [bodies.tunnel_body(report) for report in await verbs.tunnels.listed()]

    @app.post("/tunnels", status_code=201)
    async def create(body: bodies.TunnelRequest) -> dict[str, object]:
        tunnel = await verbs.tunnels.create(body.name)
        return {"id": tunnel.id, "name": tunnel.name, "token": await verbs.tunnels.token(body.name)}

    @app.post("/tunnels/{name}/token")
    async def token(name: str, body: bodies.TokenRequest) -> dict[str, object]:
        return {"token": await verbs.tunnels.token(name, rotate=body.rotate)}

    @app.delete("/tunnels/{name}")
    async def delete(name: str) -> dict[str, object]:
        await verbs.tunnels.delete(name)
        return {"deleted": name}

    @app.post("/publications", status_code=201)
    async def publish(body: bodies.PublicationRequest) -> dict[str, object]:
        published = await verbs.tunnels.publish(hostname=body.hostname, url=body.url, allow=body.allow)
        return {"token": published.token, "url": published.url}

    @app.delete("/publications/{hostname}")
    async def withdraw(hostname: str) -> dict[str, object]:
        await verbs.tunnels.withdraw(hostname)
        return {"withdrawn": hostname}


def _sessions(app: FastAPI, verbs: Verbs) -> None:
    @app.get("/sessions")
    async def listed(email: str | None = None) -> list[dict[str, object]]:
        return [bodies.session_body(s) for s in await verbs.sessions.listed(email=email)]

    @app.post("/sessions/revoke")
    async def revoke(body: bodies.RevokeRequest) -> list[dict[str, object]]:
        if (body.id is None) == (body.email is None):
            raise Invalid("id", "give either id or email")
        if body.id is not None:
            ended = await verbs.sessions.revoke(SessionId(body.id))
        else:
            ended = await verbs.sessions.revoke_of(str(body.email))
        return [bodies.session_body(session) for session in ended]
