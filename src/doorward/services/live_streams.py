"""Live streams: after a change, cut those that today's policies would not open."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address, ip_address

from doorward.model.errors import NotFound
from doorward.model.ids import SessionId
from doorward.model.session import Session
from doorward.policy.evaluate import evaluate
from doorward.ports.clock import Clock
from doorward.ports.relays import LiveStream, Relays
from doorward.ports.stores import Stores
from doorward.services.current import Current, InForce
from doorward.services.requests import Requests


class LiveStreams:
    """Holds what a re-evaluation needs."""

    def __init__(
        self, stores: Stores, *, current: Current, requests: Requests, relays: Relays, clock: Clock
    ) -> None:
        self._stores = stores
        self._current = current
        self._requests = requests
        self._relays = relays
        self._clock = clock

    async def recheck(self) -> int:
        """Judge every live stream by what is in force now; cut those that fail; return how many.

        A stream without a session passes only while a bypass or the like would still let its
        source in; a machine's stream is cut, since its proof is not at hand: it comes back by itself.
        """
        in_force = self._current.get()
        sessions: dict[SessionId, Session | None] = {}
        failed: list[str] = []
        for stream in await self._relays.streams():
            if stream.session and stream.session not in sessions:
                sessions[stream.session] = await self._session(stream.session)
            if not await self._passes(in_force, stream, sessions.get(stream.session)):
                failed.append(stream.id)
        return await self._relays.cut_streams(failed) if failed else 0

    async def _session(self, session_id: SessionId) -> Session | None:
        try:
            session = await self._stores.sessions.get(session_id)
        except NotFound:
            return None
        return session if session.is_live(self._clock.now()) else None

    async def _passes(self, in_force: InForce, stream: LiveStream, session: Session | None) -> bool:
        compiled = in_force.compiled.get(stream.application)
        source = _address(stream.source)
        if compiled is None or source is None or (stream.session and session is None):
            return False
        request = await self._requests.of(
            in_force,
            in_force.by_id[stream.application],
            source=source,
            session=session,
            method=stream.method,
            target=stream.path,
        )
        return evaluate(compiled, request).allowed


def _address(text: str) -> IPv4Address | IPv6Address | None:
    """None for what is no address: whose source nobody knows is cut, and the others are still judged."""
    try:
        return ip_address(text)
    except ValueError:
        return None
