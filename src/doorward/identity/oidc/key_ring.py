"""Finding the key of a token, with the provider asked no more often than is good for it.

Rule: a key is believed for ``FRESH``; one that the provider took back verifies nothing after that.
Rule: an unknown key id may mean that keys were just rotated, so the provider is asked at once, but
for unknown ids only once a minute: made-up ids must not turn Doorward into a hammer.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime, timedelta

from doorward.identity.oidc.cached import Cached
from doorward.identity.oidc.keys import PublishedKey, PublishedKeys, read_keys
from doorward.model.errors import Refused, Unavailable
from doorward.ports.clock import Clock

FRESH = timedelta(minutes=10)
BETWEEN_UNKNOWN = timedelta(seconds=60)


class KeyRing:
    """One provider's keys. ``fetch`` returns its JWK set."""

    def __init__(self, fetch: Callable[[], Awaitable[Mapping[str, object]]], *, clock: Clock) -> None:
        async def keys() -> PublishedKeys:
            return read_keys(await fetch())

        self._cached = Cached(keys, what="keys", fresh=FRESH, clock=clock)
        self._clock = clock
        self._lock = asyncio.Lock()
        self._asked_for_unknown: datetime | None = None

    async def find(self, *, kid: str | None, algorithm: str) -> PublishedKey:
        """The key that a token with this header must have been signed with.

        Raises:
            Refused: the provider publishes no such key.
            Unavailable: the provider cannot be asked, or was asked for an unknown key just now.
        """
        keys = await self._cached.get()
        found = keys.find(kid=kid, algorithm=algorithm)
        return found or await self._find_new(kid=kid, algorithm=algorithm)

    async def _find_new(self, *, kid: str | None, algorithm: str) -> PublishedKey:
        async with self._lock:  # Whoever waited here may find the key that another one fetched.
            keys = await self._cached.get()
            found = keys.find(kid=kid, algorithm=algorithm)
            if found is None:
                self._count_unknown()
                keys = await self._cached.renew(keys)
                found = keys.find(kid=kid, algorithm=algorithm)
        if found is None:
            raise Refused("The identity provider signed its ID token with a key that it does not publish.")
        return found

    def _count_unknown(self) -> None:
        now, last = self._clock.now(), self._asked_for_unknown
        if last is not None and timedelta() <= now - last < BETWEEN_UNKNOWN:
            raise Unavailable(
                "The identity provider uses a key that it has not published yet. Try again in a minute."
            )
        self._asked_for_unknown = now
