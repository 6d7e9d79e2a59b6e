"""Keeps everybody away from the administrator's side who is not on this machine.

Three doors: the connection comes from a loopback address; the Host header names this machine (or a site
elsewhere could have its own name lead here); and nothing is changed at the wish of another site's page.
"""

from __future__ import annotations

import ipaddress
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from doorward.sample.entra.entra import Entra

SAFE = frozenset({"GET", "HEAD"})


class Guard:
    """Lets only this machine through to ``app``."""

    def __init__(self, app: ASGIApp, entra: Entra) -> None:
        self._app = app
        self._entra = entra

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, or refuse it with a sentence."""
        problem = self._problem(scope)
        refusal = PlainTextResponse(problem, 403) if problem else None
        await (refusal or self._app)(scope, receive, send)

    def _problem(self, scope: Scope) -> str:
        headers = Headers(scope=scope)
        host = headers.get("host", "")
        client = scope.get("client")
        if not client or not _is_loopback(client[0]):
            return "The administrator's pages answer this machine only."
        if host != self._entra.host() and not _names_this_machine(host):
            return f"The administrator's pages are not at '{host}'. Open them at 127.0.0.1 or localhost."
        origin = headers.get("origin")
        if scope["method"] not in SAFE and origin is not None and urlsplit(origin).netloc != host:
            return "This was sent by another site's page."
        return ""


def _names_this_machine(host: str) -> bool:
    name = urlsplit(f"//{host}").hostname or ""
    return name == "localhost" or name.endswith(".localhost") or _is_loopback(name)


def _is_loopback(text: str) -> bool:
    try:
        return ipaddress.ip_address(text).is_loopback
    except ValueError:
        return False
