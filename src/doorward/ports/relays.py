"""What services need of relays: tell them who may connect, end live streams, ask what runs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from doorward.model.application import Origin
from doorward.model.ids import ApplicationId, SessionId, TunnelId
from doorward.model.tunnel import ConnectorStatus


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

    ``session`` is empty for a stream that belongs to no session (bypass, or a machine).
    ``source`` is the person's address as the edge saw it.
    """

    id: str
    tunnel: TunnelId
    application: ApplicationId
    session: SessionId
    source: str
    opened: datetime


class Relays(Protocol):
    """All relays together."""

    async def admit(self, tunnels: Sequence[TunnelAdmission]) -> None:
        """Replace the whole list of tunnels that may connect; cut off those not on it.

        Returns at once; relays that connect later are told too.
        """
        ...

    async def cut_sessions(self, sessions: Sequence[SessionId]) -> int:
        """Close every live stream of these sessions; return how many were closed."""
        ...

    async def cut_streams(self, stream_ids: Sequence[str]) -> int:
        """Close these live streams; return how many were closed."""
        ...

    async def streams(self) -> Sequence[LiveStream]:
        """Every live stream on every relay."""
        ...

    def connectors(self) -> Sequence[ConnectorStatus]:
        """Every connector that is connected now."""
        ...

    def connected(self) -> int:
        """How many relays are connected to this control plane now."""
        ...
