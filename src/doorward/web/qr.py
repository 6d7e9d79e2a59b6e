"""QR codes as drawings inside a page: no file, no other host, no script."""

from __future__ import annotations

import io

import segno
from markupsafe import Markup

BORDER = 4
"""Modules of white around it (ISO/IEC 18004 section 5.3.8), which readers need in dark mode too."""


def qr(text: str) -> Markup:
    """The QR code of ``text`` as an SVG element, dark on white whatever the page's colours."""
    drawing = io.BytesIO()
    segno.make(text, micro=False, error="m").save(
        drawing,
        kind="svg",
        border=BORDER,
        dark="#000",
        light="#fff",
        xmldecl=False,
        svgns=True,
        svgclass="qr",
        lineclass=None,
        omitsize=True,
        nl=False,
    )
    # segno writes numbers and colours, and nothing of the text itself.
    return Markup(drawing.getvalue().decode().replace("<svg ", '<svg aria-hidden="true" ', 1))  # noqa: S704 - no text in it
