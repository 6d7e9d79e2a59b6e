"""Key rotation on command: show the signing keys, change them, and bring the change to every edge.

By itself, a key follows the other every six weeks (``Tokens.refresh``). Nobody is signed out by either
way: whose token no longer verifies is renewed through the foothold at the next request.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import structlog

from doorward.services.key_schedule import ScheduledKey
from doorward.services.live_streams import LiveStreams
from doorward.services.publish import Publisher
from doorward.services.tokens import Tokens

log = structlog.get_logger("services.keys")

ANSWER: Final = 5.0
"""Seconds in which edges are expected to confirm."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rotation:
    """What a rotation did. ``removed`` are the kids that are accepted no more; ``live`` is whether every
    connected edge has confirmed."""

    key: ScheduledKey
    removed: Sequence[str]
    live: bool


class KeyRotation:
    """The signing keys, as an administrator deals with them."""

    def __init__(self, tokens: Tokens, *, publisher: Publisher, streams: LiveStreams) -> None:
        self._tokens = tokens
        self._publisher = publisher
        self._streams = streams

    def listed(self) -> Sequence[ScheduledKey]:
        """Every key that verifies, in the order in which they sign."""
        return self._tokens.schedule

    async def announce(self) -> Rotation:
        """Begin a planned rotation: the next key is published now and signs in a day.

        Raises Conflict when one is announced already.
        """
        key = await self._tokens.announce()
        live = await self._publish()
        log.info("signing key announced", kid=key.key.kid, signs_from=key.until.isoformat())
        return Rotation(key=key, removed=(), live=live)

    async def replace(self) -> Rotation:
        """For a key that has leaked: sign with a new one, and accept no token of the old ones.

        Streams that somebody opened with a forged token are cut: each is judged by the session that it
        names, and those of people who may be there go on.
        """
        removed = await self._tokens.replace()
        live = await self._publish()
        await self._streams.recheck()
        (key,) = self._tokens.schedule
        log.warning("signing keys replaced", kid=key.key.kid, removed=list(removed), live=live)
        return Rotation(key=key, removed=removed, live=live)

    async def _publish(self) -> bool:
        version = await self._publisher.publish()
        return await self._publisher.wait(version, seconds=ANSWER)
