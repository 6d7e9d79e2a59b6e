"""A service token: credentials for a machine."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from doorward.model.ids import ServiceTokenId


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceToken:
    """``secret_hash`` is the SHA-256 (hex) of the secret, which itself is shown once and not kept."""

    id: ServiceTokenId
    client_id: str
    secret_hash: str = field(repr=False)
    name: str = ""
    expires: datetime | None = None
