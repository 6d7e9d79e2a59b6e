"""The program of ``verifying_origin``: an application that checks each assertion with two libraries that
were written for Cloudflare Access, as they are, and set up only by the settings that they document.

Such libraries take their settings, and the certificate authority to trust, from the environment. In place
of a hosts file: names below ``.localhost`` are this machine.
"""

from __future__ import annotations

import socket
import sys
from collections.abc import Sequence
from typing import Any

import allowedflare  # type: ignore[import-untyped] # it ships no types
import uvicorn
from cc_auth import CloudflareAuth  # type: ignore[import-untyped] # it ships no types
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route


async def by_cc_auth(request: Request) -> Response:
    """Its middleware has judged the request already, and would have answered 401."""
    user = request.state.user
    return JSONResponse({"email": user.email, "claims": user.raw})


def by_allowedflare(request: Request) -> Response:
    """It is written for the cookie of Cloudflare Access, which holds the same as the header."""
    cookies = {"CF_Authorization": request.headers.get("cf-access-jwt-assertion", "")}
    name, _, message, claims = allowedflare.authenticate(cookies)
    if not name:
        return JSONResponse({"detail": message}, status_code=401)
    return JSONResponse({"email": name, "claims": claims})


def application() -> Starlette:
    """Both, each at a path of its own."""
    app = Starlette(
        routes=[Route("/cc-auth", by_cc_auth), Route("/allowedflare", by_allowedflare)],
    )
    app.add_middleware(CloudflareAuth.from_env().middleware(exclude_paths=["/allowedflare"]))
    return app


def names_below_localhost_are_here() -> None:
    """What a line in a hosts file would do."""
    look_up = socket.getaddrinfo

    def looked_up(host: str, *rest: Any, **more: Any) -> Sequence[Any]:
        return look_up("127.0.0.1" if host.endswith(".localhost") else host, *rest, **more)

    socket.getaddrinfo = looked_up  # type: ignore[assignment] # names are all that it is asked for here


if __name__ == "__main__":
    names_below_localhost_are_here()
    uvicorn.run(application(), host="127.0.0.1", port=int(sys.argv[1]), log_level="warning")
