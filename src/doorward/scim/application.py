"""The SCIM application: which endpoint answers on which path."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import structlog
from pydantic import ValidationError
from scim2_models import SCIMException
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from doorward.envoy import names
from doorward.model.errors import AccessError, NotFound
from doorward.model.ids import IdentityProviderId
from doorward.scim import discovery
from doorward.scim.bodies import Object, scim_response
from doorward.scim.door import Door
from doorward.scim.groups import GroupEndpoints
from doorward.scim.problems import Problem, of_access_error, of_model_error, problem_response
from doorward.scim.queries import query_of
from doorward.scim.users import UserEndpoints
from doorward.services.directory import Directories
from doorward.services.rate_limits import TooMany

log = structlog.get_logger("scim")

PATH = f"{names.ACCESS_PATH}scim"

Endpoint = Callable[[Request, IdentityProviderId], Awaitable[Response]]


def scim_application(*, directories: Directories, door: Door, team_origin: str) -> Starlette:
    """All routes, below ``/{provider}/v2``. It is to be mounted at ``PATH``."""

    def base(provider: str) -> str:
        return f"{team_origin}{PATH}/{provider}/v2"

    def route(path: str, method: str, endpoint: Endpoint) -> Route:
        async def guarded(request: Request) -> Response:
            return await endpoint(request, door.enter(request))

        return Route(f"/{{provider}}/v2{path}", guarded, methods=[method])

    users, groups = UserEndpoints(directories, base), GroupEndpoints(directories, base)
    application = Starlette(
        routes=[
            route("/ServiceProviderConfig", "GET", _config(base)),
            *_listed(route, "/ResourceTypes", lambda p: discovery.resource_types(base(p))),
            *_listed(route, "/Schemas", lambda p: discovery.schemas(base(p))),
            *_resources(route, "/Users", users),
            *_resources(route, "/Groups", groups),
            route("/Bulk", "POST", _unsupported),
            route("/.search", "POST", _unsupported),
            route("/Me", "GET", _unsupported),
        ],
        exception_handlers=_handlers(),
    )
    application.router.redirect_slashes = False
    return application


RouteMaker = Callable[[str, str, Endpoint], Route]


def _resources(route: RouteMaker, path: str, endpoints: UserEndpoints | GroupEndpoints) -> Sequence[Route]:
    return [
        route(path, "GET", endpoints.listed),
        route(path, "POST", endpoints.create),
        route(f"{path}/.search", "POST", endpoints.search),
        route(f"{path}/{{id}}", "GET", endpoints.one),
        route(f"{path}/{{id}}", "PUT", endpoints.replace),
        route(f"{path}/{{id}}", "PATCH", endpoints.change),
        route(f"{path}/{{id}}", "DELETE", endpoints.delete),
    ]


def _listed(
    route: RouteMaker, path: str, things: Callable[[IdentityProviderId], Sequence[Object]]
) -> Sequence[Route]:
    async def listed(request: Request, provider: IdentityProviderId) -> Response:
        # RFC 7644 section 4: a filter is refused here with 403, since it would be ignored.
        if "filter" in request.query_params:
            raise Problem(403, "there is no filter here")
        found = things(provider)
        return scim_response(query_of({}, {}).answer(found, total=len(found)))

    async def one(request: Request, provider: IdentityProviderId) -> Response:
        for thing in things(provider):
            if thing["id"] == request.path_params["id"]:
                return scim_response(thing)
        raise NotFound("there is no such thing")

    return [route(path, "GET", listed), route(f"{path}/{{id}}", "GET", one)]


def _config(base: Callable[[str], str]) -> Endpoint:
    async def config(request: Request, provider: IdentityProviderId) -> Response:
        return scim_response(discovery.service_provider_config(base(provider)))

    return config


async def _unsupported(request: Request, provider: IdentityProviderId) -> Response:
    raise Problem(501, "this part of SCIM is not supported here")


def _handlers() -> dict[Any, Any]:
    return {
        Problem: _problem,
        AccessError: _problem,
        ValidationError: _problem,
        SCIMException: _problem,
        HTTPException: _problem,
        Exception: _fault,
    }


async def _problem(request: Request, error: Exception) -> Response:
    response = problem_response(_told(error))
    if isinstance(error, TooMany):
        response.headers["retry-after"] = str(error.seconds)
    return response


def _told(error: Exception) -> Problem:
    if isinstance(error, Problem):
        return error
    if isinstance(error, AccessError):
        return of_access_error(error)
    if isinstance(error, ValidationError | SCIMException):
        return of_model_error(error)
    if isinstance(error, HTTPException) and error.status_code == 405:
        return Problem(405, "this method is not possible here")
    return Problem(404, "there is nothing at this address")


async def _fault(request: Request, error: Exception) -> Response:
    log.error("scim failed", path=request.url.path, exc_info=error)
    return problem_response(Problem(500, "something went wrong here; it was written to the log"))
