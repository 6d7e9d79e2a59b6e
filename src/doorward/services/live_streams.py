"""Live streams: after a change, cut those that today's policies would not open."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from ipaddress import IPv4Address, IPv6Address

from doorward.model.errors import Invalid, NotFound
from doorward.model.fact import Fact
from doorward.model.ids import Credential, ServiceTokenId, SessionId
from doorward.model.session import Session
from doorward.policy.evaluate import evaluate
from doorward.policy.mentions import evaluations_in
from doorward.ports.clock import Clock
from doorward.ports.relays import LiveStream, Relays
from doorward.ports.stores import Stores
from doorward.services import linked_applications
from doorward.services.current import Current, InForce
from doorward.services.questions import source_in
from doorward.services.requests import Requests


@dataclass(frozen=True, slots=True)
class _Whose:
    """Whose a stream is: somebody's who is signed in, with what is reported of them, or a machine's."""

    session: Session | None = None
    facts: Mapping[str, Fact] = field(default_factory=dict)
    machine: ServiceTokenId | None = None

    @property
    def is_gone(self) -> bool:
        """Whether nobody is there any more."""
        return self.session is None and self.machine is None


_NOBODY = _Whose()


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

    async def recheck(self, sessions: Collection[SessionId] | None = None) -> int:
        """Judge every live stream, or those of ``sessions``, by what is in force now; cut those that fail;
        return how many.

        A machine's stream is judged by the credential that opened it: one that does not hold any more is
        nobody's. A stream without either passes only while its client certificate, or a bypass, would still
        let it in.
        """
        in_force = self._current.get()
        streams = [
            stream
            for stream in await self._relays.streams()
            if sessions is None or stream.session in sessions
        ]
        whose = await self._whose(in_force, streams)
        at_once = [stream for stream in streams if not _asks_outside(in_force, stream)]
        cut = await self._cut_failing(in_force, at_once, whose)
        # What an evaluator outside has a say in comes after all else, for it may take its time.
        later = [stream for stream in streams if _asks_outside(in_force, stream)]
        return cut + await self._cut_failing(in_force, later, whose)

    async def _whose(self, in_force: InForce, streams: Sequence[LiveStream]) -> Mapping[str, _Whose]:
        """Each session once, with what is reported of it, and each machine by its credential."""
        machines = in_force.credentials(self._clock.now())
        found: dict[str, _Whose] = {}
        for named in dict.fromkeys(stream.session for stream in streams if stream.session):
            machine = machines.get(Credential(named))
            session = await self._session(SessionId(named)) if machine is None else None
            facts = {} if session is None else await self._requests.facts_of(session)
            found[named] = _Whose(session, facts, machine)
        return found

    async def _cut_failing(
        self, in_force: InForce, streams: Sequence[LiveStream], whose: Mapping[str, _Whose]
    ) -> int:
        judged = await asyncio.gather(
            *(self._passes(in_force, stream, whose.get(stream.session, _NOBODY)) for stream in streams)
        )
        failed = [stream.id for stream, passes in zip(streams, judged, strict=True) if not passes]
        return await self._relays.cut_streams(failed) if failed else 0

    async def _session(self, session_id: SessionId) -> Session | None:
        try:
            session = await self._stores.sessions.get(session_id)
        except NotFound:
            return None
        return session if session.is_live(self._clock.now()) else None

    async def _passes(self, in_force: InForce, stream: LiveStream, whose: _Whose) -> bool:
        compiled = in_force.compiled.get(stream.application)
        source = _address(stream.source)
        if compiled is None or source is None or (stream.session and whose.is_gone):
            return False
        request = await self._requests.of(
            in_force,
            in_force.by_id[stream.application],
            source=source,
            session=whose.session,
            facts=whose.facts,
            service_token=whose.machine,
            method=stream.method,
            target=stream.path,
            certificate=stream.certificate,
        )
        if evaluate(compiled, request).allowed:
            return True
        return whose.session is not None and await self._passes_linked(
            in_force, stream, source, whose.session
        )

    async def _passes_linked(
        self, in_force: InForce, stream: LiveStream, source: IPv4Address | IPv6Address, session: Session
    ) -> bool:
        """Whether a linked application's server might still open it on the person's behalf."""
        application = in_force.by_id[stream.application]
        decisions = linked_applications.decided(
            self._requests, in_force, application, session, source=source, certificate=stream.certificate
        )
        return any([decision.allowed async for decision in decisions])


def _asks_outside(in_force: InForce, stream: LiveStream) -> bool:
    compiled = in_force.compiled.get(stream.application)
    return compiled is not None and bool(evaluations_in(compiled))


def _address(text: str) -> IPv4Address | IPv6Address | None:
    """None for what is no address: whose source nobody knows is cut, and the others are still judged."""
    try:
        return source_in(text)
    except Invalid:
        return None
