"""The endpoints of people."""

from __future__ import annotations

from collections.abc import Callable

from starlette.requests import Request
from starlette.responses import Response

from doorward.model.ids import IdentityProviderId
from doorward.scim import user_resource as resource
from doorward.scim.answers import expected_version, found, not_modified
from doorward.scim.bodies import Object, scim_response
from doorward.scim.dialect import operations, user_operations
from doorward.scim.door import body_of
from doorward.scim.filters import USERS
from doorward.scim.queries import MOST, Query, projection_of, query_of
from doorward.services.directory import Directories


class UserEndpoints:
    """Answers for ``/Users``. ``base`` gives the address of a provider's SCIM."""

    def __init__(self, directories: Directories, base: Callable[[str], str]) -> None:
        self._directories = directories
        self._base = base

    async def listed(self, request: Request, provider: IdentityProviderId) -> Response:
        """GET: those that a filter finds."""
        return await self._answer(query_of(request.query_params, USERS), provider)

    async def search(self, request: Request, provider: IdentityProviderId) -> Response:
        """POST ``.search``: the same, asked for in a body (RFC 7644 section 3.4.3)."""
        return await self._answer(query_of(await body_of(request), USERS), provider)

    async def create(self, request: Request, provider: IdentityProviderId) -> Response:
        """POST."""
        body = await body_of(request)
        user = await self._directories.add_user(provider, lambda user: resource.created(user, body))
        return found(resource.user_body(user, self._base(provider)), projection_of(request.query_params), 201)

    async def one(self, request: Request, provider: IdentityProviderId) -> Response:
        """GET of one."""
        user = await self._directories.user(provider, request.path_params["id"])
        if not_modified(request, user.version):
            return Response(status_code=304)
        return self._found(request, resource.user_body(user, self._base(provider)))

    async def replace(self, request: Request, provider: IdentityProviderId) -> Response:
        """PUT."""
        body = await body_of(request)
        user = await self._directories.change_user(
            provider,
            request.path_params["id"],
            lambda user: resource.replaced(user, body),
            expected=expected_version(request),
        )
        return self._found(request, resource.user_body(user, self._base(provider)))

    async def change(self, request: Request, provider: IdentityProviderId) -> Response:
        """PATCH."""
        own, emails = user_operations(operations(await body_of(request)))
        user = await self._directories.change_user(
            provider,
            request.path_params["id"],
            lambda user: resource.patched(user, own, emails),
            expected=expected_version(request),
        )
        return self._found(request, resource.user_body(user, self._base(provider)))

    async def delete(self, request: Request, provider: IdentityProviderId) -> Response:
        """DELETE."""
        await self._directories.delete_user(
            provider, request.path_params["id"], expected=expected_version(request)
        )
        return Response(status_code=204)

    def _found(self, request: Request, body: Object) -> Response:
        return found(body, projection_of(request.query_params))

    async def _answer(self, query: Query, provider: IdentityProviderId) -> Response:
        users = await self._directories.users(provider, query.criteria, query.part(MOST))
        bodies = [resource.user_body(user, self._base(provider)) for user in users.items]
        return scim_response(query.answer(bodies, total=users.total))
