"""``$batch``: up to 20 requests in one, each answered, refused and throttled by itself.

The order of the answers is not promised by Graph, so it is turned around here.
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Message, Scope

from doorward.sample.entra.graph.answers import bad_request

LARGEST = 20

Answerer = Callable[[Scope, bytes], Awaitable[Response]]


def read_batch(body: object) -> list[Mapping[str, object]]:
    """The requests in a batch. Raises GraphError."""
    requests = body.get("requests") if isinstance(body, dict) else None
    if not isinstance(requests, list) or not all(isinstance(one, dict) for one in requests):
        raise bad_request("Invalid batch payload format.")
    if not 1 <= len(requests) <= LARGEST:
        raise bad_request(f"Number of batch request steps is not between 1 and {LARGEST}.")
    ids = [str(one.get("id", "")) for one in requests]
    if "" in ids or len(set(ids)) != len(ids):
        raise bad_request("Each batch request step needs an id of its own.")
    return requests


async def answer_batch(request: Request, steps: Sequence[Mapping[str, object]], app: ASGIApp) -> Response:
    """Every step answered by ``app``, with the batch's own authorization."""
    answers: dict[str, dict[str, object]] = {}
    for step in steps:
        id = str(step["id"])
        wanted = step.get("dependsOn")
        before = [str(one) for one in wanted] if isinstance(wanted, list) else []
        if any(answers.get(one, {"status": 424})["status"] not in range(200, 300) for one in before):
            error = {"code": "FailedDependency", "message": "A step that this one depends on failed."}
            answers[id] = {"id": id, "status": 424, "headers": {}, "body": {"error": error}}
        else:
            answers[id] = {"id": id} | await _answer(request, step, app)
    return JSONResponse({"responses": list(reversed(answers.values()))})


async def _answer(request: Request, step: Mapping[str, object], app: ASGIApp) -> dict[str, object]:
    content = json.dumps(step["body"]).encode() if "body" in step else b""
    status, headers, pieces = 500, {}, bytearray()

    async def receive() -> Message:
        return {"type": "http.request", "body": content, "more_body": False}

    async def send(message: Message) -> None:
        nonlocal status, headers
        if message["type"] == "http.response.start":
            status = message["status"]
            headers = {name.decode().title(): value.decode() for name, value in message["headers"]}
        else:
            pieces.extend(message.get("body", b""))

    await app(_scope(request, step), receive, send)
    headers.pop("Content-Length", None)
    body = json.loads(bytes(pieces)) if pieces else None
    return {"status": status, "headers": headers, "body": body}


def _scope(request: Request, step: Mapping[str, object]) -> Scope:
    url = urlsplit(str(step.get("url", "")))
    own = step.get("headers")
    named = {str(name).casefold(): str(value) for name, value in own.items()} if isinstance(own, dict) else {}
    named["authorization"] = request.headers.get("authorization", "")
    path = "/v1.0/" + url.path.lstrip("/")
    return dict(request.scope) | {
        "method": str(step.get("method", "GET")).upper(),
        "path": path,
        "raw_path": path.encode(),
        "query_string": url.query.encode(),
        "headers": [(name.encode(), value.encode()) for name, value in named.items()],
        "state": {},
    }
