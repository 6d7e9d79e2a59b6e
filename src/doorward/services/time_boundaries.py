"""Moments at which the mere passing of time changes who may pass: an hour, a day or a date that a rule names,
or the end of a client certificate, its CA or a revocation list.

Tokens end by themselves at such a moment. Live streams do not: they are looked at when it comes, and those
that would not be opened any more are cut. Nobody else notices. They are looked at too when a relay comes
back to this control plane, which may have missed such a moment, or a change, while either was away.
"""

from __future__ import annotations

import asyncio
from datetime import datetime
from ipaddress import IPv4Address

import structlog

from doorward.model.access import AccessRequest
from doorward.model.errors import AccessError
from doorward.policy.selectors import SELECTORS
from doorward.policy.selectors.kind import Judged
from doorward.ports.clock import Clock
from doorward.ports.relays import Relays
from doorward.services.client_certificates import ClientCertificates
from doorward.services.current import Current, InForce
from doorward.services.live_streams import LiveStreams

log = structlog.get_logger("services.time_boundaries")

_NOBODY = IPv4Address(0)


class TimeBoundaries:
    """Knows when the next one is, and what it was worked out from."""

    def __init__(
        self,
        *,
        current: Current,
        streams: LiveStreams,
        certificates: ClientCertificates,
        relays: Relays,
        clock: Clock,
    ) -> None:
        self._certificates = certificates
        self._current = current
        self._streams = streams
        self._relays = relays
        self._connected = 0
        self._clock = clock
        self._looked: datetime | None = None
        self._next: datetime | None = None
        self._in_force: InForce | None = None
        self._under_way: asyncio.Task[None] | None = None

    def begin_round(self) -> asyncio.Task[None] | None:
        """Look at live streams if a moment has come since the last round, or a relay; return the look that is
        under way.

        A clock that was put back makes every moment after it come again.
        """
        if self._under_way is not None and not self._under_way.done():
            return self._under_way
        now, in_force, connected = self._clock.now(), self._current.get(), self._relays.connected()
        put_back = self._looked is not None and now < self._looked
        come = put_back or (self._next is not None and now >= self._next)
        expired = self._looked is not None and self._certificates.ended(self._looked, now)
        due = come or expired or connected > self._connected
        if come or in_force is not self._in_force:
            self._next, self._in_force = next_boundary(in_force, now), in_force
        self._looked, self._connected = now, connected
        if not due:
            return None
        self._under_way = asyncio.get_running_loop().create_task(self._look())
        return self._under_way

    async def close(self) -> None:
        """Stop looking."""
        if self._under_way is not None:
            self._under_way.cancel()
            await asyncio.gather(self._under_way, return_exceptions=True)

    async def _look(self) -> None:
        try:
            cut = await self._streams.recheck()
        except AccessError as error:
            log.warning("live streams could not be looked at; it is tried again", problem=str(error))
            self._next = self._looked
        else:
            log.info("live streams looked at", cut=cut)


def next_boundary(in_force: InForce, now: datetime) -> datetime | None:
    """The next moment after ``now`` at which a rule of any application turns out otherwise for no other
    reason than the time; None where there is no such rule, or none in days."""
    moments: list[datetime] = []
    for compiled in in_force.compiled.values():
        request = AccessRequest(application=compiled.application, source=_NOBODY, at=now)
        for selector in compiled.judged:
            kind = SELECTORS[selector.kind]
            if isinstance(kind, Judged) and (until := kind.until(selector, request)) is not None:
                moments.append(until)
    for authority in in_force.compilation.authorities.values():
        moments += [end for anchor in authority.anchors for end in anchor.ends() if end > now]
    return min(moments, default=None)
