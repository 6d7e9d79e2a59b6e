"""A value that somebody else publishes: how long it is believed, and what when they are silent.

Rule: a silent publisher is asked again at most every ``PAUSE``, so that an outage does not cost
every sign-in the whole patience of a question.
Rule: only silence lets an old value live on. An answer that contradicts what was expected is an
error at once, whatever is still remembered.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Generic, TypeVar

import structlog

from doorward.identity.oidc.fetching import Unanswered
from doorward.ports.clock import Clock

T = TypeVar("T")

STALE = timedelta(hours=24)
"""How long after it was fetched a value is still used while its publisher is silent."""

PAUSE = timedelta(seconds=10)
"""How long a silent publisher is left alone."""

log = structlog.get_logger(__name__)


class Cached(Generic[T]):
    """The value that ``fetch`` returns, fetched again when it is older than ``fresh``.

    Callers at the same time cause one question.
    """

    def __init__(
        self, fetch: Callable[[], Awaitable[T]], *, what: str, fresh: timedelta, clock: Clock
    ) -> None:
        self._fetch = fetch
        self._what = what
        self._fresh = fresh
        self._clock = clock
        self._lock = asyncio.Lock()
        self._value: T | None = None
        self._fetched: datetime | None = None
        self._silence: tuple[datetime, str] | None = None

    async def get(self) -> T:
        """The value, fetched now unless it is fresh.

        Raises:
            Unavailable: it cannot be had, or what came contradicts what was expected.
        """
        async with self._lock:
            if self._value is not None and self._is_within(self._fetched, self._fresh):
                return self._value
            if self._silence is not None and self._is_within(self._silence[0], PAUSE):
                return self._remembered(self._silence[1])
            return await self._ask()

    async def renew(self, old: T) -> T:
        """The value, fetched now unless it has changed from ``old`` meanwhile.

        Raises:
            Unavailable: as ``get``, but an old value is not enough.
        """
        async with self._lock:
            if self._value is not None and self._value is not old:
                return self._value
            return await self._ask(use_old=False)

    async def _ask(self, *, use_old: bool = True) -> T:
        try:
            value = await self._fetch()
        except Unanswered as silence:
            self._silence = (self._clock.now(), str(silence))
            if not use_old:
                raise
            return self._remembered(str(silence))
        except Exception:
            self._value = None
            raise
        self._value, self._fetched, self._silence = value, self._clock.now(), None
        return value

    def _remembered(self, problem: str) -> T:
        if self._value is None or not self._is_within(self._fetched, STALE):
            raise Unanswered(problem)
        log.warning("identity-provider:silent", what=self._what, problem=problem)
        return self._value

    def _is_within(self, since: datetime | None, span: timedelta) -> bool:
        # A clock that was set back makes the age negative: then nothing is known about it.
        return since is not None and timedelta() <= self._clock.now() - since < span
