"""The security headers of every page, and those of static files.

Rule: no inline script or style, no other host, no frame around a page, nothing kept in a cache. A
script of our own only on a page that asks for it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from types import MappingProxyType

from doorward.model.errors import Invalid

ORIGIN = re.compile(r"https?://[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?(?::[0-9]{1,5})?")

ANYWHERE = "https:"
"""As a form target: any origin over TLS. For the sign-in form, whose answer leads on to an
application that may itself lead on, to hosts that nobody here knows."""

PERMISSIONS = (
    "accelerometer=(), autoplay=(), camera=(), display-capture=(), fullscreen=(), geolocation=(), "
    "gyroscope=(), microphone=(), midi=(), payment=(), usb=()"
)
"""Everything a page might ask the browser for, and that ours never do."""

STATIC_HEADERS: Mapping[str, str] = MappingProxyType(
    {
        "Cache-Control": "public, max-age=31536000, immutable",
        "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
        "Cross-Origin-Resource-Policy": "same-origin",
        "X-Content-Type-Options": "nosniff",
    }
)
"""For static files: their address changes with their content, so a year is safe."""


def security_headers(form_targets: Sequence[str] = (), *, script: bool = False) -> Mapping[str, str]:
    """The headers of a page.

    ``form_targets`` are further origins (``https://app.example.com``) that a form's answer may
    redirect to: browsers apply ``form-action`` to the whole chain of redirects (CSP 3 section
    6.4.2), so the sign-in form, answered with a redirect to the application, must name it.
    ``script`` lets the page load scripts from its own host.

    Raises:
        Invalid: a target is not a plain origin, and would have said something else in the policy.
    """
    return {
        "Cache-Control": "no-store",
        "Content-Security-Policy": _policy(form_targets, script=script),
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Permissions-Policy": PERMISSIONS,
        "Referrer-Policy": "no-referrer",
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
    }


def _policy(form_targets: Sequence[str], *, script: bool) -> str:
    for target in form_targets:
        if target != ANYWHERE and not ORIGIN.fullmatch(target):
            raise Invalid(
                "form_targets", f"{target!r} is not an origin: use https://host or https://host:port"
            )
    form_action = " ".join(["'self'", *dict.fromkeys(form_targets)])
    return (
        "default-src 'none'; "
        + ("script-src 'self'; " if script else "")
        + "style-src 'self'; img-src 'self'; font-src 'self'; "
        f"form-action {form_action}; frame-ancestors 'none'; base-uri 'none'"
    )
