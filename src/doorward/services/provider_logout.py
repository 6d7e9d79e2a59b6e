"""Sign-outs that an identity provider tells of: by its back channel, or through the person's browser.

OpenID Connect Back-Channel Logout 1.0 and Front-Channel Logout 1.0. Entra sends the latter, with
``sid`` and without ``iss``: each provider has an address of its own, so that nothing is missing.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta

import structlog

from doorward.model.errors import Conflict, NotFound, Refused
from doorward.model.identity_provider import IdentityProvider
from doorward.model.ids import IdentityProviderId
from doorward.model.session import Session
from doorward.ports.clock import Clock
from doorward.ports.identity import BackChannelLogout
from doorward.ports.stores import Stores
from doorward.services.current import Current
from doorward.services.secrets import hashed
from doorward.services.sessions import LiveSessions

log = structlog.get_logger("services.provider_logout")

REMEMBERED = timedelta(hours=1)
"""How long a notice cannot be used again; an older one is refused for its age."""
LONGEST_SESSION_NAME = 256
WHY = "You signed out at the identity provider, or were signed out there."


class ProviderLogout:
    """Ends the sessions that a provider ended."""

    def __init__(
        self,
        stores: Stores,
        *,
        current: Current,
        sessions: LiveSessions,
        provider_for: Callable[[IdentityProvider], object],
        clock: Clock,
    ) -> None:
        self._stores = stores
        self._current = current
        self._sessions = sessions
        self._provider_for = provider_for
        self._clock = clock

    async def back_channel(self, provider_id: str, logout_token: str) -> int:
        """A logout token came; return how many sessions ended.

        Raises NotFound for a provider that is not there or sends none, Refused for a token that does
        not hold or was used before.
        """
        provider = self._provider(provider_id)
        adapter = self._provider_for(provider)
        if not isinstance(adapter, BackChannelLogout):
            raise NotFound("this identity provider has no back channel here")
        notice = await adapter.logged_out(logout_token)
        now = self._clock.now()
        key = hashed(f"logout {provider.id} {notice.notice}")
        try:
            await self._stores.one_time_values.put(key, "", expires=now + REMEMBERED)
        except Conflict as error:
            raise Refused("this logout token was used already") from error
        subject = notice.subject or None
        sessions = await self._stores.sessions.of_provider(provider.id, now=now, subject=subject)
        if notice.provider_session:
            sessions = [s for s in sessions if s.provider_session == notice.provider_session]
        return await self._end(provider, sessions)

    async def front_channel(self, provider_id: str, provider_session: str) -> int:
        """The browser brought the provider's name for its session; return how many sessions ended.

        Raises NotFound for a provider that is not there.
        """
        provider = self._provider(provider_id)
        if not provider_session or len(provider_session) > LONGEST_SESSION_NAME:
            return 0
        found = await self._stores.sessions.of_provider(provider.id, now=self._clock.now())
        return await self._end(provider, [s for s in found if s.provider_session == provider_session])

    async def _end(self, provider: IdentityProvider, sessions: Sequence[Session]) -> int:
        ended = await self._sessions.end([session.id for session in sessions], why=WHY)
        log.info("signed out by the provider", identity_provider=provider.id, sessions=len(ended))
        return len(ended)

    def _provider(self, provider_id: str) -> IdentityProvider:
        provider = self._current.get().providers.get(IdentityProviderId(provider_id))
        if provider is None:
            raise NotFound("there is no such identity provider")
        return provider
