"""Tunnels."""

from __future__ import annotations

from doorward.model.ids import TunnelId
from doorward.model.tunnel import Tunnel
from doorward.stores.mapping.rows import ReadRow, Row


def to_row(tunnel: Tunnel, *, position: int) -> Row:
    """A row of ``tunnels``."""
    return {
        "id": tunnel.id,
        "position": position,
        "name": tunnel.name,
        "token_version": tunnel.token_version,
    }


def from_row(row: ReadRow) -> Tunnel:
    """The tunnel of one row."""
    return Tunnel(id=TunnelId(row["id"]), name=row["name"], token_version=row["token_version"])
