"""What services need of storage for passes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from doorward.model.access_pass import AccessPass
from doorward.model.ids import PassId


class Passes(Protocol):
    """Passes of people. A pass goes when its session is forgotten."""

    async def add(self, made: AccessPass, *, secret_hash: str) -> None:
        """Raises Conflict when the id or the hash is taken, NotFound when the session does not exist."""
        ...

    async def by_secret(self, secret_hash: str) -> AccessPass:
        """Raises NotFound."""
        ...

    async def get(self, pass_id: PassId) -> AccessPass:
        """Raises NotFound."""
        ...

    async def listed(self, *, owner: str | None = None) -> Sequence[AccessPass]:
        """All, newest first; of one owner only, where given."""
        ...

    async def note_use(self, pass_id: PassId, *, now: datetime, source: str) -> None:
        """Remember when and from where it was used. Nothing happens when it is gone."""
        ...

    async def remove(self, pass_id: PassId) -> None:
        """Raises NotFound."""
        ...
