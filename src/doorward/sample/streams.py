"""What a proxy must carry: headers in, bodies both ways, slow answers, events, WebSockets."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response, StreamingResponse
from starlette.websockets import WebSocket

CHUNK = bytes(64 * 1024)
MAX_DOWNLOAD = 16 * 1024**3
MAX_SECONDS = 600.0


async def headers(request: Request) -> Response:
    """The request as it arrived: every header in order, and the address it came from."""
    return JSONResponse(
        {
            "method": request.method,
            "path": request.url.path,
            "query": request.url.query,
            "client": request.client.host if request.client else None,
            "headers": request.headers.items(),
        },
        headers={"Cache-Control": "no-store"},
    )


async def upload(request: Request) -> Response:
    """Count the bytes of the body as they come; keep none."""
    received = 0
    async for chunk in request.stream():
        received += len(chunk)
    return JSONResponse({"bytes": received})


async def download(request: Request) -> Response:
    """``?bytes=N`` zeros, streamed. N is at most 16 GiB."""
    size = int(_number(request, "bytes", default=1024 * 1024, most=MAX_DOWNLOAD))
    return StreamingResponse(
        _zeros(size),
        media_type="application/octet-stream",
        headers={"Content-Length": str(size), "Cache-Control": "no-store"},
    )


async def slow(request: Request) -> Response:
    """Answer after ``?seconds=N``, at most 600."""
    seconds = _number(request, "seconds", default=1, most=MAX_SECONDS)
    await asyncio.sleep(seconds)
    return PlainTextResponse(f"answered after {seconds:g} s\n")


async def stream(request: Request) -> Response:
    """Server-sent events: a tick every ``?seconds=N`` (1 by default), until the client leaves."""
    seconds = max(_number(request, "seconds", default=1, most=MAX_SECONDS), 0.01)
    return StreamingResponse(
        _ticks(seconds), media_type="text/event-stream", headers={"Cache-Control": "no-store"}
    )


async def echo(websocket: WebSocket) -> None:
    """Send every message back as it came, text as text and bytes as bytes."""
    await websocket.accept()
    while (message := await websocket.receive())["type"] == "websocket.receive":
        if message.get("bytes") is not None:
            await websocket.send_bytes(message["bytes"])
        else:
            await websocket.send_text(message["text"])


async def _zeros(size: int) -> AsyncIterator[bytes]:
    left = size
    while left:
        chunk = CHUNK[:left]
        left -= len(chunk)
        yield chunk


async def _ticks(seconds: float) -> AsyncIterator[str]:
    count = 0
    while True:
        count += 1
        yield f"id: {count}\ndata: {json.dumps({'count': count})}\n\n"
        await asyncio.sleep(seconds)


def _number(request: Request, name: str, *, default: float, most: float) -> float:
    """The query parameter ``name``. Raises HTTPException 400 unless it is from 0 to ``most``."""
    text = request.query_params.get(name)
    if text is None:
        return default
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if not 0 <= value <= most:
        raise HTTPException(400, f"{name} must be a number from 0 to {most:g}")
    return value
