"""A session: a person's sign-in at the edge, for a time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from doorward.model.access import Identity
from doorward.model.ids import ApplicationId, SessionId


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """``id`` may be shown and logged; the secret in the person's cookie is another value, of which
    only the hash is stored."""

    id: SessionId
    identity: Identity
    created: datetime
    expires: datetime
    source: str = ""
    user_agent: str = ""
    revoked: datetime | None = None

    def is_live(self, now: datetime) -> bool:
        """Whether the session may still be used at ``now``."""
        return self.revoked is None and now < self.expires


@dataclass(frozen=True, slots=True, kw_only=True)
class ApplicationSession:
    """A session's foothold on one application's hostname: what renews its tokens there.

    ``expires`` is never later than the session's.
    """

    session: SessionId
    application: ApplicationId
    created: datetime
    expires: datetime
