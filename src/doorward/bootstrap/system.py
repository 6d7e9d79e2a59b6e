"""The machine's clock and randomness, behind the ports."""

from __future__ import annotations

import secrets
import uuid
from datetime import UTC, datetime


class SystemClock:
    """Implements ``ports.clock.Clock``."""

    def now(self) -> datetime:
        """See ``Clock.now``."""
        return datetime.now(UTC)  # noqa: TID251 - this is the Clock


class SystemRandomness:
    """Implements ``ports.clock.Randomness``."""

    def token(self, size: int = 32) -> str:
        """See ``Randomness.token``."""
        return secrets.token_urlsafe(size)

    def identifier(self) -> str:
        """See ``Randomness.identifier``."""
        return uuid.UUID(bytes=secrets.token_bytes(16), version=4).hex

    def number(self, below: int) -> int:
        """See ``Randomness.number``."""
        return secrets.randbelow(below)
