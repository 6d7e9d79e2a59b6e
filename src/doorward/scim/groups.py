"""The endpoints of groups."""

from __future__ import annotations

from collections.abc import Callable

from starlette.requests import Request
from starlette.responses import Response

from doorward.model.ids import IdentityProviderId
from doorward.scim import group_resource as resource
from doorward.scim.answers import expected_version, found, not_modified
from doorward.scim.bodies import scim_response
from doorward.scim.dialect import group_operations, operations
from doorward.scim.door import body_of
from doorward.scim.filters import GROUPS
from doorward.scim.queries import MOST, MOST_WITH_MEMBERS, Query, projection_of, query_of
from doorward.services.directory import Directories


class GroupEndpoints:
    """Answers for ``/Groups``. ``base`` gives the address of a provider's SCIM."""

    def __init__(self, directories: Directories, base: Callable[[str], str]) -> None:
        self._directories = directories
        self._base = base

    async def listed(self, request: Request, provider: IdentityProviderId) -> Response:
        """GET: those that a filter finds."""
        return await self._answer(query_of(request.query_params, GROUPS), provider)

    async def search(self, request: Request, provider: IdentityProviderId) -> Response:
        """POST ``.search``: the same, asked for in a body (RFC 7644 section 3.4.3)."""
        return await self._answer(query_of(await body_of(request), GROUPS), provider)

    async def create(self, request: Request, provider: IdentityProviderId) -> Response:
        """POST."""
        body = await body_of(request)
        group = await self._directories.add_group(provider, lambda group: resource.created(group, body))
        body = resource.group_body(group, self._base(provider))
        return found(body, projection_of(request.query_params), 201)

    async def one(self, request: Request, provider: IdentityProviderId) -> Response:
        """GET of one."""
        projection = projection_of(request.query_params)
        group = await self._directories.group(
            provider, request.path_params["id"], with_members=projection.has("members")
        )
        if not_modified(request, group.version):
            return Response(status_code=304)
        return found(resource.group_body(group, self._base(provider)), projection)

    async def replace(self, request: Request, provider: IdentityProviderId) -> Response:
        """PUT."""
        body = await body_of(request)
        group = await self._directories.change_group(
            provider,
            request.path_params["id"],
            lambda group: resource.replaced(group, body),
            expected=expected_version(request),
        )
        return found(resource.group_body(group, self._base(provider)), projection_of(request.query_params))

    async def change(self, request: Request, provider: IdentityProviderId) -> Response:
        """PATCH. The group itself is sent back only where attributes of it were asked for: it may be
        large, and neither Entra nor Okta reads it."""
        own, members = group_operations(operations(await body_of(request)))
        group = await self._directories.change_group(
            provider,
            request.path_params["id"],
            lambda group: resource.patched(group, own, members),
            expected=expected_version(request),
        )
        projection = projection_of(request.query_params)
        if not projection.is_narrowed:
            return Response(status_code=204)
        return found(resource.group_body(group, self._base(provider)), projection)

    async def delete(self, request: Request, provider: IdentityProviderId) -> Response:
        """DELETE."""
        await self._directories.delete_group(
            provider, request.path_params["id"], expected=expected_version(request)
        )
        return Response(status_code=204)

    async def _answer(self, query: Query, provider: IdentityProviderId) -> Response:
        with_members = query.projection.has("members")
        groups = await self._directories.groups(
            provider,
            query.criteria,
            query.part(MOST_WITH_MEMBERS if with_members else MOST),
            with_members=with_members,
        )
        bodies = [resource.group_body(group, self._base(provider)) for group in groups.items]
        return scim_response(query.answer(bodies, total=groups.total))
