"""The section ``tunnels``."""

from __future__ import annotations

from doorward.declaration import values
from doorward.declaration.reading import At

TUNNEL_FIELDS = ("name",)


def tunnel(at: At) -> str:
    """The name of one tunnel of the file."""
    return at.fields(TUNNEL_FIELDS).required("name", values.thing_id, instead="")
