"""The program of ``verifying_origin``: an application that checks each assertion with two libraries that
were written for Cloudflare Access, as they are, and set up only by the settings that they document; and
with the lines for PyJWT that the guide shows, as they stand there.

Such libraries take their settings, and the certificate authority to trust, from the environment. In place
of a hosts file: names below ``.localhost`` are this machine.
"""

from __future__ import annotations

import socket
import sys
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

import allowedflare  # type: ignore[import-untyped] # it ships no types
import uvicorn
from cc_auth import CloudflareAuth  # type: ignore[import-untyped] # it ships no types
from jwt import PyJWTError
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


def by_the_guide(request: Request) -> Response:
    """The first example of the page about origins."""
    try:
        claims = _guide()["claims_of"](request.headers.get("cf-access-jwt-assertion", ""))
    except PyJWTError as error:
        return JSONResponse({"detail": str(error)}, status_code=401)
    return JSONResponse({"email": claims["email"], "claims": claims})


@cache
def _guide() -> dict[str, Any]:
    """The names that it defines."""
    page = Path(__file__).parents[2] / "docs" / "guide" / "origins.md"
    example = page.read_text().split("```python\n")[1].split("```")[0]
    names: dict[str, Any] = {}
    exec(example, names)
    return names


def application() -> Starlette:
    """Each at a path of its own."""
    handlers = {"/cc-auth": by_cc_auth, "/allowedflare": by_allowedflare, "/guide": by_the_guide}
    app = Starlette(routes=[Route(path, handler) for path, handler in handlers.items()])
    app.add_middleware(CloudflareAuth.from_env().middleware(exclude_paths=["/allowedflare", "/guide"]))
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
