"""What services need of relays: tell them who may connect, end live streams, ask what runs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from doorward.model.ids import SessionId
from doorward.model.tunnel import ConnectorStatus, LiveStream, TunnelAdmission

__all__ = ["ConnectorStatus", "LiveStream", "Relays", "TunnelAdmission"]


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
