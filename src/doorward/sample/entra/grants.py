"""What was handed out and must be recognised later: codes, refresh tokens, access tokens."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime

from doorward.sample.entra.directory import User


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """A sign-in of somebody for an application, and what the token for it will say.

    ``acrs`` are the contexts that were asked for and hold, ``passed`` what was proven in the session.
    """

    tenant_id: str
    client_id: str
    user_id: str
    scopes: frozenset[str]
    nonce: str
    acrs: tuple[str, ...]
    passed: frozenset[str]
    sid: str
    auth_time: datetime
    revocations: int
    issued: datetime

    def is_revoked_for(self, user: User) -> bool:
        """Whether all of the person's sessions were ended since."""
        return self.revocations != user.revocations or self.auth_time < user.sessions_valid_from

    def again(self, now: datetime) -> Grant:
        """The same for a refresh token that is made now."""
        return replace(self, issued=now)


@dataclass(frozen=True, slots=True, kw_only=True)
class Code:
    """An authorization code's contents."""

    grant: Grant
    redirect_uri: str
    code_challenge: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """What an access token for Graph allows; ``user_id`` is empty for an application by itself."""

    tenant_id: str
    client_id: str
    user_id: str
    permissions: frozenset[str]
    expires: datetime


@dataclass
class Grants:
    """Everything handed out, by its text. A code that was used stays known as such."""

    codes: dict[str, Code] = field(default_factory=dict)
    used_codes: set[str] = field(default_factory=set)
    refresh_tokens: dict[str, Grant] = field(default_factory=dict)
    access_tokens: dict[str, Access] = field(default_factory=dict)
    assertions: set[tuple[str, str]] = field(default_factory=set)
