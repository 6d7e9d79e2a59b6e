"""A tunnel: the named, credentialled link to a private place. Connectors serve it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from doorward.model.application import Origin
from doorward.model.ids import ApplicationId, Credential, SessionId, TunnelId


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


@dataclass(frozen=True, slots=True, kw_only=True)
class TunnelAdmission:
    """What a relay must know of one tunnel.

    ``secret_hash`` is the SHA-256 (hex) of the token's secret. ``services`` maps the service key (an
    application's id) to the origin that the tunnel's connectors dial for it.
    """

    id: TunnelId
    name: str
    secret_hash: str = field(repr=False)
    services: Mapping[ApplicationId, Origin]


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveStream:
    """One connection that is open now between the edge and an origin, and whose it is.

    ``session`` is a session's id or a machine's credential, and empty where a bypass let it in.
    ``source`` is the person's address as the edge saw it. ``method`` and ``path`` are those of the request
    that opened it, empty where they are not known. ``certificate`` is the SHA-256 (64 hexadecimal digits) of
    the client certificate that it came with, empty where it came with none.
    """

    id: str
    tunnel: TunnelId
    application: ApplicationId
    session: SessionId | Credential
    source: str
    opened: datetime
    method: str = ""
    path: str = ""
    certificate: str = ""
