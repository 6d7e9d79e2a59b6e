"""Graph's answers: its shape of errors, and lists in pages."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping, Sequence
from urllib.parse import urlencode

from starlette.responses import JSONResponse, Response

from doorward.sample.entra.graph.call import Call

DEFAULT_PAGE = 100
LARGEST_PAGE = 999


class GraphError(Exception):
    """A refusal by Graph."""

    def __init__(
        self, status: int, code: str, message: str, headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.headers = dict(headers or {})


def denied() -> GraphError:
    """Permissions are missing."""
    return GraphError(
        403, "Authorization_RequestDenied", "Insufficient privileges to complete the operation."
    )


def not_found(id: str) -> GraphError:
    """There is no such object, or no longer."""
    return GraphError(
        404,
        "Request_ResourceNotFound",
        f"Resource '{id}' does not exist or one of its queried reference-property objects are not present.",
    )


def bad_request(message: str) -> GraphError:
    """The request cannot be understood."""
    return GraphError(400, "Request_BadRequest", message)


def unsupported(message: str) -> GraphError:
    """The query wants what the directory does not do."""
    return GraphError(400, "Request_UnsupportedQuery", message)


def error_body(error: GraphError, *, date: str, request_id: str, client_request_id: str) -> dict[str, object]:
    """The JSON of a refusal."""
    inner = {"date": date, "request-id": request_id, "client-request-id": client_request_id or request_id}
    return {"error": {"code": error.code, "message": error.message, "innerError": inner}}


def answer(call: Call, context: str, value: Mapping[str, object]) -> Response:
    """One object."""
    return JSONResponse({"@odata.context": metadata(call, context), **value})


def page(call: Call, context: str, items: Sequence[Mapping[str, object]]) -> Response:
    """The page of a list that the request asks for, and where the next one is."""
    size = _page_size(call)
    start = _start(call.option("skiptoken"))
    body: dict[str, object] = {"@odata.context": metadata(call, context)}
    if call.option("count") == "true":
        body["@odata.count"] = len(items)
    if start + size < len(items):
        body["@odata.nextLink"] = link(call, "skiptoken", _token(start + size))
    body["value"] = list(items[start : start + size])
    return JSONResponse(body)


def link(call: Call, name: str, token: str, *, keep: bool = True) -> str:
    """The address of the same list with a token: the other options stay unless ``keep`` is off."""
    names = ("$skiptoken", "$deltatoken")
    kept = [(key, value) for key, value in call.query.items() if keep and key not in names]
    query = urlencode([*kept, (f"${name}", token)], safe="$,")
    address = f"{call.entra.base_url}{call.path}?{query}"
    foreign = call.entra.faults.next_link_host
    return address.replace(call.entra.host(), foreign, 1) if foreign else address


def metadata(call: Call, context: str) -> str:
    """``@odata.context``."""
    return f"{call.entra.base_url}/v1.0/$metadata#{context}"


def _page_size(call: Call) -> int:
    text = call.option("top")
    if not text:
        return DEFAULT_PAGE
    if not text.isdecimal() or not 1 <= int(text) <= LARGEST_PAGE:
        raise bad_request(f"Invalid page size specified: '{text}'. Must be between 1 and {LARGEST_PAGE}.")
    return int(text)


def _token(start: int) -> str:
    return base64.urlsafe_b64encode(f"from:{start}".encode()).decode().rstrip("=")


def _start(token: str) -> int:
    if not token:
        return 0
    try:
        text = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4)).decode()
        return int(text.removeprefix("from:"))
    except (binascii.Error, ValueError) as error:
        raise GraphError(
            400, "Directory_ExpiredPageToken", "The specified page token is not valid."
        ) from error
