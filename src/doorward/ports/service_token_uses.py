"""What is remembered of the use of service tokens, beside the configuration and not part of it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from doorward.model.ids import ServiceTokenId


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceTokenUse:
    """``since`` is from when on it counts that a token is not used: when Doorward first knew of it, or
    when it was enabled again. ``seen`` is when it was last used, from the address ``source``; None for
    never."""

    service_token: ServiceTokenId
    since: datetime
    seen: datetime | None = None
    source: str = ""

    @property
    def unused_since(self) -> datetime:
        """The instant after which nobody used it."""
        return self.since if self.seen is None else max(self.since, self.seen)


class ServiceTokenUses(Protocol):
    """One entry for each service token, at most."""

    async def listed(self) -> Mapping[ServiceTokenId, ServiceTokenUse]:
        """All of them."""
        ...

    async def write(self, uses: Sequence[ServiceTokenUse]) -> None:
        """Replace what is known of these, or begin it."""
        ...

    async def keep_only(self, tokens: Collection[ServiceTokenId]) -> None:
        """Forget all others."""
        ...
