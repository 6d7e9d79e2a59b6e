"""The pages of the sample application."""

from __future__ import annotations

from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse

from doorward.sample.identity import read_identity

LONG = 160
"""Header values longer than this are folded away until someone opens them."""

HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; "
        "form-action 'none'; frame-ancestors 'none'; base-uri 'none'"
    ),
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


class SamplePages:
    """Renders the pages; its methods are the endpoints."""

    def __init__(self) -> None:
        self._environment = Environment(
            loader=PackageLoader("doorward.sample"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )

    async def identity(self, request: Request) -> HTMLResponse:
        """Who is asking, what the token says, and every header as it came."""
        cookies = request.headers.getlist("cookie")
        return self._page(
            "identity.html",
            shown=read_identity(dict(request.headers)),
            headers=request.headers.items(),
            cookies=cookies,
            long=LONG,
        )

    async def websocket(self, _: Request) -> HTMLResponse:
        """A WebSocket that sends back what it gets."""
        return self._page("websocket.html")

    async def events(self, _: Request) -> HTMLResponse:
        """Server-sent events, one a second."""
        return self._page("events.html")

    def _page(self, template: str, **values: object) -> HTMLResponse:
        text = self._environment.get_template(template).render(here=template, **values)
        return HTMLResponse(text, headers=HEADERS)
