"""Answers of the sign-in side: OAuth errors with Entra's members, and redirects."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response

from doorward.sample.entra.entra import Entra
from doorward.sample.entra.errors import Refused

NO_STORE = {"Cache-Control": "no-store, no-cache", "Pragma": "no-cache"}


def describe(entra: Entra, refused: Refused, correlation_id: str = "") -> dict[str, str]:
    """The parts of a refusal that people are asked for by support."""
    return {
        "trace_id": entra.guid(),
        "correlation_id": correlation_id or entra.guid(),
        "timestamp": f"{entra.now():%Y-%m-%d %H:%M:%SZ}",
        "sentence": refused.sentence,
    }


def description(parts: Mapping[str, str]) -> str:
    """``error_description``: the sentence, and below it what support asks for."""
    return (
        f"{parts['sentence']}\r\nTrace ID: {parts['trace_id']}\r\n"
        f"Correlation ID: {parts['correlation_id']}\r\nTimestamp: {parts['timestamp']}"
    )


def token_error(entra: Entra, refused: Refused, request: Request) -> Response:
    """A refusal by the token endpoint. It repeats the client's own request id."""
    parts = describe(entra, refused, request.headers.get("client-request-id", ""))
    body: dict[str, object] = {
        "error": refused.kind.error,
        "error_description": description(parts),
        "error_codes": [refused.code],
        "timestamp": parts["timestamp"],
        "trace_id": parts["trace_id"],
        "correlation_id": parts["correlation_id"],
        "error_uri": f"{entra.base_url}/error?code={refused.code}",
    }
    if refused.kind.suberror:
        body["suberror"] = refused.kind.suberror
    if refused.claims:
        body["claims"] = refused.claims
    headers = NO_STORE | {"x-ms-request-id": parts["trace_id"]}
    return JSONResponse(body, refused.kind.status, headers)


def with_query(address: str, values: Mapping[str, str]) -> str:
    """``address`` with more query members."""
    separator = "&" if "?" in address else "?"
    return f"{address}{separator}{urlencode(values)}" if values else address


def redirect(address: str, values: Mapping[str, str]) -> Response:
    """Send the browser to ``address``; after a form it must come with GET, so 303 and not 307."""
    return RedirectResponse(with_query(address, values), 303, headers=NO_STORE)
