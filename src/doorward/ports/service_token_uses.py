"""What is remembered of the use of service tokens, beside the configuration and not part of it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceTokenUse:
    """``since`` is from when on it counts that a token is not used: when Doorward first knew of it, or
    when it was enabled again. ``seen`` is when it was last used, from the address ``source``; None for
    never."""

    client_id: str
    since: datetime
    seen: datetime | None = None
    source: str = ""

    @property
    def unused_since(self) -> datetime:
        """The instant after which nobody used it."""
        return self.since if self.seen is None else max(self.since, self.seen)


class ServiceTokenUses(Protocol):
    """One entry for each service token, at most, by its client id: who makes one anew under an old name has
    another."""

    async def listed(self) -> Mapping[str, ServiceTokenUse]:
        """All of them, by client id."""
        ...

    async def write(self, uses: Sequence[ServiceTokenUse]) -> None:
        """Replace what is known of these, or begin it."""
        ...

    async def keep_only(self, client_ids: Collection[str]) -> None:
        """Forget all others."""
        ...
