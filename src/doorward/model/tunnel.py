"""A tunnel: the named, credentialled link to a private place. Connectors serve it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from doorward.model.ids import TunnelId


@dataclass(frozen=True, slots=True, kw_only=True)
class Tunnel:
    """``token_version`` is raised to revoke every token given out for this tunnel so far."""

    id: TunnelId
    name: str
    token_version: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectorStatus:
    """One running connector as its relay sees it. ``source`` is the address it dialled from."""

    id: str
    tunnel: TunnelId
    version: str
    source: str
    links: int
    streams: int
    since: datetime
