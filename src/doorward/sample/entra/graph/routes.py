"""Graph's routes: tokens are checked here, and faults become answers."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Mapping
from types import MappingProxyType

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route, Router
from starlette.types import Receive, Scope, Send

from doorward.sample.entra.entra import Entra
from doorward.sample.entra.grants import Access
from doorward.sample.entra.graph import delta, groups, memberships, policies, users
from doorward.sample.entra.graph.answers import GraphError, error_body
from doorward.sample.entra.graph.batch import answer_batch, read_batch
from doorward.sample.entra.graph.call import Call
from doorward.sample.entra.refusals import refuse

Operation = Callable[[Call], Response]

_MEMBERSHIP = "transitiveMemberOf/microsoft.graph.group"
_CONDITIONAL_ACCESS = "/v1.0/identity/conditionalAccess"

READ: Mapping[str, Operation] = MappingProxyType(
    {
        "/v1.0/me": users.me,
        f"/v1.0/me/{_MEMBERSHIP}": memberships.transitive_member_of,
        "/v1.0/users": users.users,
        "/v1.0/users/delta": delta.users_delta,
        "/v1.0/users/{id}": users.user,
        f"/v1.0/users/{{id}}/{_MEMBERSHIP}": memberships.transitive_member_of,
        "/v1.0/groups": groups.groups,
        "/v1.0/groups/delta": delta.groups_delta,
        "/v1.0/groups/{id}": groups.group,
        "/v1.0/organization": users.organization,
        f"{_CONDITIONAL_ACCESS}/authenticationContextClassReferences": policies.contexts,
        f"{_CONDITIONAL_ACCESS}/policies": policies.policies,
    }
)

WRITE: Mapping[str, Operation] = MappingProxyType(
    {
        f"/v1.0/{whose}/{action}": operation
        for whose in ("me", "users/{id}")
        for action, operation in (
            ("getMemberObjects", memberships.get_member_objects),
            ("getMemberGroups", memberships.get_member_groups),
            ("checkMemberGroups", memberships.check_member_groups),
            ("revokeSignInSessions", users.revoke_sign_in_sessions),
        )
    }
    | {"/v1.0/directoryObjects/getByIds": groups.get_by_ids}
)


def graph_routes(entra: Entra) -> list[Route]:
    """Every route, the batch and the userinfo endpoint among them."""
    routes = [Route(path, _endpoint(entra, one), methods=["GET"]) for path, one in READ.items()]
    routes += [Route(path, _endpoint(entra, one), methods=["POST"]) for path, one in WRITE.items()]
    single = Router([*routes, Route("/v1.0/{rest:path}", _unknown(entra), methods=None)])

    async def batch(request: Request) -> Response:
        try:
            _access(entra, request)
            steps = read_batch(await _body(request))
        except GraphError as error:
            return _refusal(entra, request, error)

        async def judged(scope: Scope, receive: Receive, send: Send) -> None:
            inner = Request(scope)
            refused = refuse(entra, inner.url.path)
            await (refused or single)(scope, receive, send)

        return await answer_batch(request, steps, judged)

    return [
        Route("/v1.0/$batch", batch, methods=["POST"]),
        Route("/oidc/userinfo", _endpoint(entra, users.userinfo), methods=["GET", "POST"]),
        *routes,
        Route("/v1.0/{rest:path}", _unknown(entra), methods=None),
    ]


def _endpoint(entra: Entra, operation: Operation) -> Callable[[Request], Awaitable[Response]]:
    async def endpoint(request: Request) -> Response:
        try:
            access = _access(entra, request)
            call = Call(
                entra=entra,
                tenant=entra.directory.tenants[access.tenant_id],
                access=access,
                path=request.url.path,
                names=request.path_params,
                query=dict(request.query_params),
                headers=dict(request.headers),
                body=await _body(request) if request.method == "POST" else None,
            )
            response = operation(call)
        except GraphError as error:
            return _refusal(entra, request, error)
        response.headers["request-id"] = entra.guid()
        return response

    return endpoint


def _unknown(entra: Entra) -> Callable[[Request], Awaitable[Response]]:
    async def endpoint(request: Request) -> Response:
        path = request.url.path.removeprefix("/v1.0/")
        error = GraphError(400, "BadRequest", f"Resource not found for the segment '{path}'.")
        return _refusal(entra, request, error)

    return endpoint


def _access(entra: Entra, request: Request) -> Access:
    """What the token allows. Raises GraphError."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.casefold() != "bearer" or not token:
        raise _unauthenticated(entra, "Access token is empty.")
    access = entra.grants.access_tokens.get(token)
    if access is None:
        raise _unauthenticated(entra, "Access token validation failure. Invalid token.")
    if access.expires <= entra.now():
        raise _unauthenticated(entra, "Lifetime validation failed, the token is expired.")
    return access


def _unauthenticated(entra: Entra, message: str) -> GraphError:
    challenge = f'Bearer realm="", authorization_uri="{entra.base_url}/common/oauth2/authorize"'
    return GraphError(401, "InvalidAuthenticationToken", message, {"WWW-Authenticate": challenge})


async def _body(request: Request) -> object:
    content = await request.body()
    if not content:
        return None
    try:
        return json.loads(content)
    except ValueError as error:
        raise GraphError(400, "BadRequest", "Unable to read JSON request payload.") from error


def _refusal(entra: Entra, request: Request, error: GraphError) -> Response:
    request_id = entra.guid()
    body = error_body(
        error,
        date=f"{entra.now():%Y-%m-%dT%H:%M:%S}",
        request_id=request_id,
        client_request_id=request.headers.get("client-request-id", ""),
    )
    return JSONResponse(body, error.status, {"request-id": request_id, **error.headers})
