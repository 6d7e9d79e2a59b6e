"""Talks to an ASGI application without a server."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterable, Iterable, Mapping, MutableMapping, Sequence
from typing import Any

import httpx

from doorward.sample import create_app


def ask(
    method: str,
    path: str,
    *,
    headers: Mapping[str, str] | Sequence[tuple[str, str]] | None = None,
    content: bytes | AsyncIterable[bytes] | None = None,
) -> httpx.Response:
    """One request to a new sample application."""

    async def asked() -> httpx.Response:
        transport = httpx.ASGITransport(app=create_app())
        async with httpx.AsyncClient(transport=transport, base_url="http://hello.localhost") as client:
            return await client.request(method, path, headers=headers, content=content)

    return asyncio.run(asked())


async def listen(path: str, *, chunks: int) -> Sequence[bytes]:
    """The first ``chunks`` pieces of an answer without end; then the client leaves."""
    pieces: list[bytes] = []
    gone = asyncio.Event()
    asked = False

    async def receive() -> MutableMapping[str, Any]:
        nonlocal asked
        if not asked:
            asked = True
            return {"type": "http.request", "body": b"", "more_body": False}
        await gone.wait()
        return {"type": "http.disconnect"}

    async def send(message: MutableMapping[str, Any]) -> None:
        if message["type"] == "http.response.body":
            pieces.append(message["body"])
            if len(pieces) >= chunks:
                gone.set()
                await asyncio.sleep(0)

    await asyncio.wait_for(create_app()(_scope("http", path), receive, send), timeout=5)
    return pieces[:chunks]


async def converse(path: str, messages: Iterable[Mapping[str, Any]]) -> Sequence[Mapping[str, Any]]:
    """Open a WebSocket, send these messages, close; return what came back."""
    incoming = iter(
        [{"type": "websocket.connect"}, *messages, {"type": "websocket.disconnect", "code": 1000}]
    )
    answers: list[Mapping[str, Any]] = []

    async def receive() -> MutableMapping[str, Any]:
        return dict(next(incoming))

    async def send(message: MutableMapping[str, Any]) -> None:
        answers.append(message)

    await asyncio.wait_for(create_app()(_scope("websocket", path), receive, send), timeout=5)
    return answers


def _scope(kind: str, path: str) -> dict[str, Any]:
    plain, _, query = path.partition("?")
    return {
        "type": kind,
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": "1.1",
        "method": "GET",
        "scheme": "http" if kind == "http" else "ws",
        "path": plain,
        "raw_path": plain.encode(),
        "query_string": query.encode(),
        "root_path": "",
        "headers": [(b"host", b"hello.localhost")],
        "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 80),
        "subprotocols": [],
    }
