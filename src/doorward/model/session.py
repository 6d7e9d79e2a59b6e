"""A session: a person's sign-in at the edge, for a time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from doorward.model.access import Identity
from doorward.model.ids import ApplicationId, SessionId


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """``id`` may be shown and logged; the secret in the person's cookie is another value, of which
    only the hash is stored.

    ``identity`` holds the facts as they were when last heard, without ``contexts``: those are in
    ``contexts``, each with the instant at which it was satisfied. ``authenticated`` is when the person
    last proved themselves to the provider, ``provider_session`` the provider's name for its own
    session. ``changed`` is when facts last changed so that tokens made before do not count;
    ``checked`` when the provider was last asked. ``why_revoked`` is a sentence for the person.
    ``pass_name`` names the device of a session that was made for a pass: no cookie belongs to such a one,
    and nothing but its pass can use it.
    """

    id: SessionId
    identity: Identity
    created: datetime
    expires: datetime
    source: str = ""
    user_agent: str = ""
    revoked: datetime | None = None
    why_revoked: str = ""
    contexts: Mapping[str, datetime] = field(default_factory=dict)
    authenticated: datetime | None = None
    provider_session: str = ""
    checked: datetime | None = None
    changed: datetime | None = None
    pass_name: str = ""

    def is_live(self, now: datetime) -> bool:
        """Whether the session may still be used at ``now``."""
        return self.revoked is None and now < self.expires

    def contexts_until(self, lifetime: timedelta) -> Mapping[str, datetime]:
        """Until when each authentication context counts, if one counts for ``lifetime``."""
        return {name: since + lifetime for name, since in self.contexts.items()}

    def identity_at(self, now: datetime, *, context_lifetime: timedelta) -> Identity:
        """The person with the authentication contexts that hold at ``now``."""
        until = self.contexts_until(context_lifetime)
        holding = frozenset(name for name, end in until.items() if now < end)
        return replace(self.identity, contexts=holding)


@dataclass(frozen=True, slots=True, kw_only=True)
class ApplicationSession:
    """A session's foothold on one application's hostname: what renews its tokens there.

    ``expires`` is never later than the session's.
    """

    session: SessionId
    application: ApplicationId
    created: datetime
    expires: datetime
