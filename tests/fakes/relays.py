"""Relays that remember what they were told."""

from __future__ import annotations

from collections.abc import Sequence

from doorward.model.ids import SessionId
from doorward.model.tunnel import ConnectorStatus
from doorward.ports.relays import LiveStream, TunnelAdmission


class FakeRelays:
    """Implements ``ports.relays.Relays``. Put streams into ``open`` and connectors into ``serving``."""

    def __init__(self) -> None:
        self.admitted: list[TunnelAdmission] = []
        self.open: list[LiveStream] = []
        self.serving: list[ConnectorStatus] = []

    async def admit(self, tunnels: Sequence[TunnelAdmission]) -> None:
        """See ``Relays.admit``."""
        self.admitted = list(tunnels)

    async def cut_sessions(self, sessions: Sequence[SessionId]) -> int:
        """See ``Relays.cut_sessions``."""
        return self._cut([stream for stream in self.open if stream.session in sessions])

    async def cut_streams(self, stream_ids: Sequence[str]) -> int:
        """See ``Relays.cut_streams``."""
        return self._cut([stream for stream in self.open if stream.id in stream_ids])

    async def streams(self) -> Sequence[LiveStream]:
        """See ``Relays.streams``."""
        return list(self.open)

    def connectors(self) -> Sequence[ConnectorStatus]:
        """See ``Relays.connectors``."""
        return list(self.serving)

    def connected(self) -> int:
        """See ``Relays.connected``."""
        return 1

    def _cut(self, cut: list[LiveStream]) -> int:
        self.open = [stream for stream in self.open if stream not in cut]
        return len(cut)
