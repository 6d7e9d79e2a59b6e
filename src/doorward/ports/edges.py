"""What services need of edges: give them a configuration, learn whether they took it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from doorward.envoy.snapshot import Snapshot


@dataclass(frozen=True, slots=True, kw_only=True)
class EdgeStatus:
    """One edge as the control plane knows it.

    ``accepted`` is the version of the newest snapshot that it took whole, empty before the first.
    ``refusal`` holds Envoy's own words about what it did not take, empty when it took all.
    """

    id: str
    version: str
    connected: bool
    since: datetime
    accepted: str
    refusal: str


class Edges(Protocol):
    """All edges together."""

    def publish(self, snapshot: Snapshot) -> None:
        """Bring this snapshot to every edge, now and when one connects later."""
        ...

    async def settled(self, version: str, *, timeout: float) -> bool:
        """Wait until every connected edge has answered to ``version``: took it, or refused.

        ``timeout`` is in seconds. Returns whether all took it; False without any edge.
        """
        ...

    def statuses(self) -> Sequence[EdgeStatus]:
        """Every edge that has connected since the start."""
        ...
