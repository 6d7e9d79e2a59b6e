"""Edges that take every configuration, or refuse it in the words they are given."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from doorward.envoy.snapshot import Snapshot
from doorward.ports.edges import EdgeStatus


class FakeEdges:
    """Implements ``ports.edges.Edges`` for one edge. ``published`` holds every snapshot in order."""

    def __init__(self) -> None:
        self.published: list[Snapshot] = []
        self.refusal = ""

    def publish(self, snapshot: Snapshot) -> None:
        """See ``Edges.publish``."""
        self.published.append(snapshot)

    async def settled(self, version: str, *, timeout: float) -> bool:
        """See ``Edges.settled``."""
        del timeout
        return not self.refusal and bool(self.published) and self.published[-1].version == version

    def statuses(self) -> Sequence[EdgeStatus]:
        """See ``Edges.statuses``."""
        accepted = self.published[-1].version if self.published and not self.refusal else ""
        return [
            EdgeStatus(
                id="edge-1",
                version="1.40.0",
                connected=True,
                since=datetime(2026, 1, 1, tzinfo=UTC),
                accepted=accepted,
                refusal=self.refusal,
            )
        ]
