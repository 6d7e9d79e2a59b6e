"""A service token: credentials for a machine."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from hashlib import sha256
from typing import Final

from doorward.model.ids import Credential, ServiceTokenId

SHORTEST_GRACE: Final = timedelta(hours=1)
LONGEST_GRACE: Final = timedelta(days=30)
SHORTEST_UNUSED: Final = timedelta(days=30)
LONGEST_UNUSED: Final = timedelta(days=365)


class TokenState(StrEnum):
    """Whether a service token is good for anything."""

    ACTIVE = "active"
    DISABLED = "disabled"
    EXPIRED = "expired"


class CleanUp(StrEnum):
    """What becomes of a service token that nobody uses."""

    DISABLE = "disable"
    DELETE = "delete"


@dataclass(frozen=True, slots=True, kw_only=True)
class UnusedServiceTokens:
    """The organisation's rule for service tokens that were not seen for ``after`` (30 to 365 days)."""

    after: timedelta
    action: CleanUp = CleanUp.DISABLE


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceToken:
    """``secret_hash`` is the SHA-256 (hex) of the secret, which itself is shown once and not kept.

    ``previous_secret_hash`` is that of the secret before the last rotation; it counts until
    ``previous_until`` and never without it.
    """

    id: ServiceTokenId
    client_id: str
    secret_hash: str = field(repr=False)
    name: str = ""
    expires: datetime | None = None
    disabled: bool = False
    previous_secret_hash: str = field(default="", repr=False)
    previous_until: datetime | None = None

    def state(self, now: datetime) -> TokenState:
        """What it is at ``now``. From the instant ``expires`` on it has expired."""
        if self.disabled:
            return TokenState.DISABLED
        expired = self.expires is not None and self.expires <= now
        return TokenState.EXPIRED if expired else TokenState.ACTIVE

    def hashes(self, now: datetime) -> tuple[str, ...]:
        """The hashes of the secrets that its holder may show at ``now``, disabled and expired or not."""
        if self.previous_secret_hash and self.previous_until is not None and now < self.previous_until:
            return (self.secret_hash, self.previous_secret_hash)
        return (self.secret_hash,)

    def until(self, secret_hash: str) -> datetime | None:
        """When a proof by this one of its secrets ends; None for never."""
        if secret_hash == self.secret_hash or self.previous_until is None:
            return self.expires
        return self.previous_until if self.expires is None else min(self.expires, self.previous_until)

    def credentials(self, now: datetime) -> tuple[Credential, ...]:
        """What its holders are known by at ``now``: a credential for each secret; none unless active."""
        if self.state(now) is not TokenState.ACTIVE:
            return ()
        return tuple(credential(self.id, secret_hash) for secret_hash in self.hashes(now))


def credential(token: ServiceTokenId, secret_hash: str) -> Credential:
    """What stands for a machine where a person's session id would: its service token, and by which secret
    it proved itself, as the beginning of a hash of the secret's hash. No secret, and no session id has
    such a form (``service-token:ci:0123456789ab``)."""
    return Credential(f"service-token:{token}:{sha256(secret_hash.encode()).hexdigest()[:12]}")


@dataclass(frozen=True, slots=True)
class ProvenMachine:
    """A machine that has proven itself, by the secret with ``secret_hash``."""

    token: ServiceToken
    secret_hash: str = field(repr=False)

    @property
    def credential(self) -> Credential:
        """What its streams are known by."""
        return credential(self.token.id, self.secret_hash)
