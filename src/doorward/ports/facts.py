"""What services need of storage for facts that sources report: posture, risk.

Rule: every method is one transaction; what it reports as done survives a crash.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Protocol

from doorward.model.report import Report, Whom


class Facts(Protocol):
    """Reports by whom they are about, their name and their source: of each three, one."""

    async def put(self, reports: Sequence[Report], *, most: int) -> None:
        """Keep these, each in place of the one with its key; all or none.

        Raises Conflict where somebody would have more than ``most``.
        """
        ...

    async def of(self, whom: Collection[Whom], *, now: datetime) -> Sequence[Report]:
        """What still counts at ``now``, by whom, name and source."""
        ...

    async def listed(self, *, now: datetime) -> Sequence[Report]:
        """Everything that still counts at ``now``, by whom, name and source."""
        ...

    async def expire(
        self, whom: Whom, *, names: Collection[str] = (), source: str | None = None, now: datetime
    ) -> Sequence[Report]:
        """What is known of somebody counts no longer, of these ``names`` only, and of one ``source`` only,
        where given. Returns it as it was."""
        ...

    async def next_expiry(self) -> datetime | None:
        """When the first of those that are kept expires, or did."""
        ...

    async def expired(self, *, now: datetime) -> Sequence[Report]:
        """Those that are kept and do not count any more."""
        ...

    async def remove_expired(self, *, now: datetime) -> None:
        """Forget them."""
        ...
