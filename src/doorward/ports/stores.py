"""What services need of storage: one protocol per noun, gathered by ``Stores``.

Rule: every method is one transaction; what it reports as done survives a crash.
Rule: secrets come in as hashes (SHA-256, hex); storage never sees one. Fields that must be kept
secret at rest (an OpenID client secret, a signing key) are encrypted by the adapter.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from doorward.model.configuration import Configuration
from doorward.model.ids import ApplicationId, IdentityProviderId, SessionId
from doorward.model.session import ApplicationSession, Session
from doorward.ports.credentials import Credentials
from doorward.ports.directory import Directory
from doorward.ports.facts import Facts
from doorward.ports.grants import Grants
from doorward.ports.passes import Passes
from doorward.ports.service_token_uses import ServiceTokenUses


class Configurations(Protocol):
    """The one configuration, with a version that counts its changes."""

    async def load(self) -> tuple[Configuration, int]:
        """The configuration and its version; an empty one at version 0 at first."""
        ...

    async def version(self) -> int:
        """Its version alone: whoever has the configuration of this version need not load it."""
        ...

    async def save(self, configuration: Configuration, *, expected: int) -> int:
        """Replace it whole if its version is still ``expected``; return the new version.

        Raises Conflict when somebody changed it meanwhile.
        """
        ...


class Sessions(Protocol):
    """People's sessions and their footholds on applications."""

    async def create(self, session: Session, *, secret_hash: str, refresh_token: str = "") -> None:
        """Raises Conflict when the id or the hash is taken."""
        ...

    async def update(self, session: Session, *, secret_hash: str = "") -> bool:
        """Write what is remembered of a live session (identity, contexts, ``checked``, ``changed``,
        ``authenticated``, ``provider_session``), and a new secret where given; False when it has
        ended meanwhile. Raises Conflict when the hash is taken."""
        ...

    async def refresh_token(self, session_id: SessionId) -> str:
        """The refresh token that is kept for the session, empty where there is none."""
        ...

    async def keep_refresh_token(self, session_id: SessionId, refresh_token: str) -> None:
        """Replace it. Nothing happens when the session is gone."""
        ...

    async def get(self, session_id: SessionId) -> Session:
        """Raises NotFound."""
        ...

    async def by_secret(self, secret_hash: str) -> Session:
        """Raises NotFound."""
        ...

    async def listed(self, *, email: str | None = None, now: datetime) -> Sequence[Session]:
        """Live sessions, newest first; of one canonical ``email`` only, where given."""
        ...

    async def people(self, session_ids: Sequence[SessionId]) -> Mapping[SessionId, str]:
        """The email address of each session's person, live or not; unknown sessions are left out."""
        ...

    async def of_provider(
        self, provider: IdentityProviderId, *, now: datetime, subject: str | None = None
    ) -> Sequence[Session]:
        """Live sessions that this provider vouched for, oldest first; of one ``subject`` only, where
        given."""
        ...

    async def revoke(
        self, session_ids: Sequence[SessionId], *, now: datetime, why: str = ""
    ) -> Sequence[Session]:
        """End these sessions; return those that this call ended (not those that had ended).

        ``why`` is a sentence for the person. Refresh tokens are forgotten.
        """
        ...

    async def outdate(self, session_ids: Collection[SessionId], *, now: datetime) -> Sequence[SessionId]:
        """Facts about these have changed: tokens that were made before ``now`` do not count. Returns
        those that live."""
        ...

    async def changed_since(self, moment: datetime) -> Mapping[SessionId, datetime]:
        """Live or not, the sessions whose facts changed at or after ``moment``, and when."""
        ...

    async def revoked_since(self, moment: datetime) -> Sequence[SessionId]:
        """Ids of the sessions that were revoked at or after ``moment``."""
        ...

    async def remove_ended(self, *, before: datetime) -> int:
        """Forget sessions, with their footholds, that ended before this; return how many."""
        ...

    async def create_foothold(self, foothold: ApplicationSession, *, secret_hash: str) -> None:
        """Raises NotFound when the session does not exist."""
        ...

    async def foothold(self, secret_hash: str) -> tuple[ApplicationSession, Session]:
        """The foothold whose secret has this hash, with its session. Raises NotFound."""
        ...

    async def applications_of(self, session_id: SessionId) -> Sequence[ApplicationId]:
        """The applications that the session has a foothold on."""
        ...


class OneTimeValues(Protocol):
    """Values that may be used once: sign-in codes and the states of finished sign-ins."""

    async def put(self, key: str, value: str, *, expires: datetime) -> None:
        """Keep ``value`` under ``key`` (a hash). Raises Conflict when the key is there."""
        ...

    async def take(self, key: str, *, now: datetime) -> str:
        """Return and forget the value. Of callers at the same time one gets it.

        Raises NotFound when it is not there, was taken, or has expired.
        """
        ...

    async def remove_expired(self, *, now: datetime) -> None:
        """Forget what has expired."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class SigningKey:
    """A key that signs tokens. ``private_jwk`` is a JSON text. The one whose ``not_before`` passed last
    signs; every one that is kept verifies."""

    kid: str
    private_jwk: str = field(repr=False)
    created: datetime
    not_before: datetime


class SigningKeys(Protocol):
    """The keys that sign application tokens."""

    async def listed(self) -> Sequence[SigningKey]:
        """All, oldest first."""
        ...

    async def add(self, key: SigningKey) -> None:
        """Raises Conflict when the kid is taken."""
        ...

    async def remove(self, kid: str) -> None:
        """Raises NotFound."""
        ...

    async def replace_all(self, key: SigningKey) -> None:
        """Keep this key and no other: all at once, or nothing."""
        ...


class Stores(Protocol):
    """All of them."""

    @property
    def configurations(self) -> Configurations: ...

    @property
    def sessions(self) -> Sessions: ...

    @property
    def one_time_values(self) -> OneTimeValues: ...

    @property
    def signing_keys(self) -> SigningKeys: ...

    @property
    def directory(self) -> Directory: ...

    @property
    def credentials(self) -> Credentials: ...

    @property
    def passes(self) -> Passes: ...

    @property
    def grants(self) -> Grants: ...

    @property
    def service_token_uses(self) -> ServiceTokenUses: ...

    @property
    def facts(self) -> Facts: ...
