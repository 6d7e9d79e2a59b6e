"""What services need of storage for grants."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from doorward.model.grant import Grant
from doorward.model.ids import ApplicationId, GrantId, SessionId


class Grants(Protocol):
    """Grants of sessions. A grant goes when its session is forgotten."""

    async def add(self, grant: Grant) -> None:
        """Raises Conflict when the id is taken, NotFound when the session does not exist."""
        ...

    async def get(self, grant_id: GrantId) -> Grant:
        """Raises NotFound."""
        ...

    async def save(self, grant: Grant) -> Grant:
        """Write it if its version is still the stored one; return it with its new one.

        Raises Conflict when somebody changed it meanwhile, NotFound when it is gone.
        """
        ...

    async def of_session(
        self, session: SessionId, *, application: ApplicationId | None = None
    ) -> Sequence[Grant]:
        """All of a session's, newest first; for one application only, where given."""
        ...

    async def open(self, *, now: datetime) -> Sequence[Grant]:
        """Those that wait, and those that are given at ``now``, newest first."""
        ...
