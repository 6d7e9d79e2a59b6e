"""A web server that says what reached it: the path as it came, and every header."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Iterator

from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.types import Receive, Scope, Send

from tests.serving import serving


async def answer(scope: Scope, receive: Receive, send: Send) -> None:
    """Every method and path. ``?after=SECONDS`` answers that much later."""
    assert scope["type"] == "http"
    request = Request(scope, receive)
    await asyncio.sleep(float(request.query_params.get("after", 0)))
    headers: dict[str, list[str]] = {}
    for name, value in request.headers.items():
        headers.setdefault(name, []).append(value)
    told = {"method": request.method, "path": scope["raw_path"].decode("latin-1"), "headers": headers}
    await JSONResponse(told)(scope, receive, send)


@contextlib.contextmanager
def echo() -> Iterator[int]:
    """The server on a thread; yields its port."""
    with serving(answer) as port:
        yield port
