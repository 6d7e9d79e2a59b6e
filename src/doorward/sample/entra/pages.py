"""Renders the pages that people see: Entra's own, and the administrator's."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.responses import HTMLResponse

POLICY = "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; frame-ancestors 'none'"

HEADERS: Mapping[str, str] = MappingProxyType(
    {
        "Cache-Control": "no-store",
        "Content-Security-Policy": POLICY,
        "Referrer-Policy": "same-origin",
        "X-Content-Type-Options": "nosniff",
    }
)
"""``form-action`` is left out: browsers apply it to where a form's answer redirects, too, and that is the
application."""


class Pages:
    """Renders templates of this package."""

    def __init__(self) -> None:
        self._environment = Environment(
            loader=PackageLoader("doorward.sample.entra"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )

    def render(self, template: str, *, status: int = 200, policy: str = "", **values: object) -> HTMLResponse:
        """A page; ``policy`` is added to the Content Security Policy."""
        text = self._environment.get_template(template).render(**values)
        headers = dict(HEADERS)
        if policy:
            headers["Content-Security-Policy"] = f"{POLICY}; {policy}"
        return HTMLResponse(text, status, headers)
