"""Answers with one resource, and the conditions under which one is changed or sent."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from doorward.scim.bodies import Object, scim_response
from doorward.scim.meta import versions_in
from doorward.scim.problems import Problem
from doorward.scim.projection import Projection


def found(body: Object, projection: Projection, status: int = 200) -> Response:
    """The resource, its address and its version."""
    about = body["meta"]
    headers = {"etag": about["version"], "location": about["location"]}
    return scim_response(projection.of(body), status=status, headers=headers)


def expected_version(request: Request) -> int | None:
    """The version that a change was made for; None where any will do. Raises Problem."""
    header = request.headers.get("if-match")
    versions = None if header is None else versions_in(header)
    if versions is None:
        return None
    if len(versions) != 1:
        raise Problem(412, "If-Match must name one version, as meta.version gives it")
    return next(iter(versions))


def not_modified(request: Request, version: int) -> bool:
    """Whether the client has this version already."""
    header = request.headers.get("if-none-match")
    if header is None:
        return False
    versions = versions_in(header)
    return versions is None or version in versions
