"""Faults that concern whole answers: late, never, broken off, refused; and the Date header of all."""

from __future__ import annotations

import asyncio
from email.utils import format_datetime
from http import HTTPStatus

from starlette.datastructures import MutableHeaders
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from doorward.sample.entra.entra import Entra

ADMIN = "/_admin"
BATCH = "/v1.0/$batch"


def refuse(entra: Entra, path: str) -> Response | None:
    """The refusal that is due for a request to ``path``."""
    refusal = entra.faults.refuse(path)
    if refusal is None:
        return None
    code = "TooManyRequests" if refusal.status == HTTPStatus.TOO_MANY_REQUESTS else "ServiceNotAvailable"
    inner = {"date": f"{entra.now():%Y-%m-%dT%H:%M:%S}", "request-id": entra.guid()}
    body = {"error": {"code": code, "message": "Please retry after a while.", "innerError": inner}}
    headers = {} if refusal.retry_after is None else {"Retry-After": str(refusal.retry_after)}
    return JSONResponse(body, refusal.status, headers)


class Faulty:
    """Does to an application's answers what the faults say. The administrator's pages are spared."""

    def __init__(self, app: ASGIApp, entra: Entra) -> None:
        self._app = app
        self._entra = entra

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, as well as the faults allow."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        faults, path = self._entra.faults, scope["path"]
        spared = path.startswith((ADMIN, "/_static"))
        if not spared and faults.latency:
            await asyncio.sleep(faults.latency)
        if not spared and faults.hang and path.startswith(faults.hang):
            await _wait_until_gone(receive)
            return
        truncates = bool(faults.truncate) and path.startswith(faults.truncate) and not spared
        answer = _Answer(self._entra, send, truncates=truncates)
        app = self._app if spared or path == BATCH else refuse(self._entra, path) or self._app
        await app(scope, receive, answer.send)


async def _wait_until_gone(receive: Receive) -> None:
    """Never answer; the client leaves when its patience ends."""
    while (await receive())["type"] != "http.disconnect":
        pass


class _Answer:
    """An answer on its way: dated by Entra's clock, and cut in half if it is JSON and that is wanted."""

    def __init__(self, entra: Entra, send: Send, *, truncates: bool) -> None:
        self._entra = entra
        self._send = send
        self._truncates = truncates
        self._start: Message | None = None

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            headers["date"] = format_datetime(self._entra.now(), usegmt=True)
            self._truncates = self._truncates and "json" in headers.get("content-type", "")
            if self._truncates:
                self._start = message
                return
        elif self._truncates and self._start:
            body = message.get("body", b"")
            message = {**message, "body": body[: len(body) // 2]}
            MutableHeaders(scope=self._start)["content-length"] = str(len(body) // 2)
            await self._send(self._start)
            self._start = None
        await self._send(message)
