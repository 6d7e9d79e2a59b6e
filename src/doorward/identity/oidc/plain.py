"""Other people's text, made fit to be shown: one line, printable, not long."""

from __future__ import annotations

LONGEST = 200


def plain(value: object, *, longest: int = LONGEST) -> str:
    """``value`` without control and formatting characters (direction marks among them), cut.

    Empty when it is not text. The caller still escapes it for where it goes: this is not HTML.
    """
    if not isinstance(value, str):
        return ""
    printable = "".join(c if c.isprintable() else " " for c in value[: 4 * longest])
    line = " ".join(printable.split())
    return line if len(line) <= longest else line[: longest - 1] + "…"
