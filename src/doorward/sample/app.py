"""The sample application's routes. Run it with ``uvicorn --factory doorward.sample:create_app``."""

from __future__ import annotations

from starlette.applications import Starlette
from starlette.routing import Mount, Route, WebSocketRoute
from starlette.staticfiles import StaticFiles

from doorward.sample import streams
from doorward.sample.pages import SamplePages


def create_app() -> Starlette:
    """Build the application. It keeps nothing between requests."""
    pages = SamplePages()
    return Starlette(
        routes=[
            Route("/", pages.identity),
            Route("/websocket", pages.websocket),
            Route("/events", pages.events),
            WebSocketRoute("/ws", streams.echo),
            Route("/stream", streams.stream),
            Route("/headers", streams.headers, methods=["GET", "POST", "PUT", "PATCH", "DELETE"]),
            Route("/upload", streams.upload, methods=["POST", "PUT"]),
            Route("/download", streams.download),
            Route("/slow", streams.slow),
            Mount("/static", StaticFiles(packages=[("doorward.sample", "static")])),
        ]
    )
