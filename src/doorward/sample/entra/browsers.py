"""Who is signed in with which browser: what Entra keeps behind its session cookie."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from doorward.sample.entra.directory import User

COOKIE = "ESTSAUTH"


@dataclass
class SignedIn:
    """Somebody signed in. ``passed`` are the contexts proven in this session; ``clients`` got tokens."""

    user_id: str
    sid: str
    auth_time: datetime
    revocations: int
    passed: set[str] = field(default_factory=set)
    clients: set[str] = field(default_factory=set)

    def is_good_for(self, user: User) -> bool:
        """Whether it still counts."""
        return (
            user.account_enabled
            and self.revocations == user.revocations
            and self.auth_time >= user.sessions_valid_from
        )


@dataclass
class Browser:
    """One browser; it may be signed in as several people, and remembers who else used it."""

    id: str
    accounts: dict[str, SignedIn] = field(default_factory=dict)
    remembered: list[str] = field(default_factory=list)

    def sign_in(self, user: User, *, sid: str, now: datetime) -> SignedIn:
        """Begin a new session for ``user``."""
        account = SignedIn(user_id=user.id, sid=sid, auth_time=now, revocations=user.revocations)
        before = self.accounts.get(user.id)
        if before and before.is_good_for(user):
            # Proving oneself again goes on with the session: its sid is the same.
            account.sid, account.clients, account.passed = before.sid, before.clients, before.passed
        self.accounts[user.id] = account
        if user.id not in self.remembered:
            self.remembered.append(user.id)
        return account
