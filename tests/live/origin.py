"""A web server of the test's own behind Doorward: it says what arrived, to the byte."""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import AsyncIterator, Iterator

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Mount, Route

from doorward.sample import create_app
from tests.serving import serving

BLOCK = hashlib.sha512(b"block").digest() * 1024
"""64 KiB that look like anything."""


def blocks(count: int) -> Iterator[bytes]:
    """``count`` times 64 KiB, each different."""
    for number in range(count):
        yield number.to_bytes(8, "big") + BLOCK[8:]


def digest_of(count: int) -> str:
    """The SHA-256 of these blocks."""
    digest = hashlib.sha256()
    for block in blocks(count):
        digest.update(block)
    return digest.hexdigest()


async def take(request: Request) -> Response:
    """The digest of the body as it came, and how it was framed."""
    digest, size = hashlib.sha256(), 0
    async for chunk in request.stream():
        digest.update(chunk)
        size += len(chunk)
    return JSONResponse(
        {
            "sha256": digest.hexdigest(),
            "bytes": size,
            "chunked": request.headers.get("transfer-encoding", ""),
            "port": request.client.port if request.client else 0,
        }
    )


async def give(request: Request) -> Response:
    """``?blocks=N`` blocks, chunked."""

    async def body() -> AsyncIterator[bytes]:
        for block in blocks(int(request.query_params["blocks"])):
            yield block

    return StreamingResponse(body(), media_type="application/octet-stream")


@contextlib.contextmanager
def origin() -> Iterator[int]:
    """The server on a thread; yields its port. Beside ``/take`` and ``/give`` it has the sample's pages."""
    app = Starlette(
        routes=[Route("/take", take, methods=["POST"]), Route("/give", give), Mount("/", create_app())]
    )
    with serving(app) as port:
        yield port
