"""What went wrong, in SCIM's words (RFC 7644 section 3.12)."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from pydantic import ValidationError
from scim2_models import SCIMException
from starlette.responses import Response

from doorward.model.errors import AccessError, Conflict, Invalid, NotFound, Refused, Unavailable
from doorward.scim.bodies import scim_response
from doorward.services.directory import Outdated
from doorward.services.rate_limits import TooMany

ERROR = "urn:ietf:params:scim:api:messages:2.0:Error"

STATUS: Mapping[type[AccessError], tuple[int, str]] = MappingProxyType(
    {
        Invalid: (400, "invalidValue"),
        Refused: (401, ""),
        NotFound: (404, ""),
        Outdated: (412, ""),
        Conflict: (409, "uniqueness"),
        TooMany: (429, ""),
        Unavailable: (503, ""),
    }
)


class Problem(Exception):
    """A request that is answered with this error. ``scim_type`` is one of the standard's table 9."""

    def __init__(self, status: int, detail: str, *, scim_type: str = "") -> None:
        super().__init__(detail)
        self.status = status
        self.detail = detail
        self.scim_type = scim_type


def invalid_syntax(detail: str) -> Problem:
    """The request's body is not what it should be."""
    return Problem(400, detail, scim_type="invalidSyntax")


def invalid_filter(detail: str) -> Problem:
    """The filter is not one that is understood here."""
    return Problem(400, detail, scim_type="invalidFilter")


def invalid_value(detail: str) -> Problem:
    """A value does not fit."""
    return Problem(400, detail, scim_type="invalidValue")


def problem_response(problem: Problem) -> Response:
    """The answer."""
    body: dict[str, object] = {"schemas": [ERROR], "status": str(problem.status), "detail": problem.detail}
    if problem.scim_type:
        body["scimType"] = problem.scim_type
    headers = {"www-authenticate": 'Bearer realm="scim"'} if problem.status == 401 else {}
    return scim_response(body, status=problem.status, headers=headers)


def of_access_error(error: AccessError) -> Problem:
    """The same in SCIM's words."""
    status, scim_type = next((told for kind, told in STATUS.items() if isinstance(error, kind)), (500, ""))
    return Problem(status, str(error), scim_type=scim_type)


def of_model_error(error: ValidationError | SCIMException) -> Problem:
    """What the schema objects to. Values that were sent are not repeated."""
    if isinstance(error, SCIMException):
        return Problem(error.status, str(error), scim_type=error.scim_type)
    first = error.errors(include_input=False, include_url=False)[0]
    kind = str(first["type"])
    scim_type = kind.removeprefix("scim_") if kind.startswith("scim_") else "invalidValue"
    if kind == "schema_error":
        scim_type = "invalidSyntax"
    where = ".".join(str(part) for part in first["loc"])
    detail = f"{where}: {first['msg']}" if where else str(first["msg"])
    return Problem(400, detail[:300], scim_type=scim_type)
