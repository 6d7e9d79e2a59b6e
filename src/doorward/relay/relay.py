"""The relay's rules: whom it admits, which link carries a connection, what is cut when."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

import structlog

from doorward.model.ids import ApplicationId, SessionId, TunnelId
from doorward.model.tunnel import TunnelAdmission
from doorward.ports.clock import Clock
from doorward.relay.admissions import WRONG_TOKEN, Admissions
from doorward.relay.connectors import Connectors
from doorward.relay.front import Front, FrontHeader
from doorward.relay.fronts import Fronts
from doorward.relay.link import RelayLink
from doorward.relay.live_streams import LiveStreams
from doorward.relay.metrics import Metrics
from doorward.relay.proxy_header import ProxyHeader
from doorward.relay.settings import RelaySettings
from doorward.relay.sparse_log import SparseLog
from doorward.tunnel.control import Configure, Hello, Refuse, Welcome
from doorward.tunnel.opening import Refused

log = structlog.get_logger("relay")


class Relay:
    """One relay process's state. Implements ``front.FrontHost``.

    ``changed`` is called whenever connectors or their health changed.
    """

    def __init__(self, settings: RelaySettings, clock: Clock, *, life: str) -> None:
        self.admissions = Admissions()
        self.connectors = Connectors()
        self.live = LiveStreams(life)
        self.counted = Metrics()
        self.fronts = Fronts(settings.front_folder, self._front_header)
        self.changed: Callable[[], None] = lambda: None
        self._settings = settings
        self._clock = clock
        self._sparse = SparseLog(log, asyncio.get_running_loop().time)

    # --- connectors ------------------------------------------------------------------------------

    def judge(self, hello: Hello) -> TunnelAdmission | Refuse:
        """Whether this connector may come in."""
        return self.admissions.judge(hello)

    async def register(self, link: RelayLink, hello: Hello, admission: TunnelAdmission) -> None:
        """Let an admitted connector in: from its welcome on it gets streams."""
        link.admit(hello, secret_hash=admission.secret_hash, since=self._clock.now())
        self.connectors.add(link)
        await self.fronts.open(link.tunnel)
        if not self.connectors.serves(link.tunnel):
            self.fronts.close(link.tunnel)
        present = self.admissions.get(link.tunnel)
        if present is None or not self.admissions.still_admits(link.tunnel, link.secret_hash):
            link.dismiss(Refuse(sentence=WRONG_TOKEN, permanent=True))
            return
        link.tell(Welcome(relay=self._settings.name))
        link.tell(_configuration(present))
        self.counted.links_registered += 1
        log.info("link registered", tunnel=link.tunnel, connector=link.connector, source=link.source)
        self.changed()

    def unregister(self, link: RelayLink) -> None:
        """A link is gone."""
        self.counted.bytes_received += link.bytes_received
        self.counted.bytes_sent += link.bytes_sent
        if not self.connectors.remove(link):
            return
        self.counted.links_lost += 1
        if not self.connectors.serves(link.tunnel):
            self.fronts.close(link.tunnel)
        log.info("link lost", tunnel=link.tunnel, connector=link.connector, problem=link.problem)
        self.changed()

    def admit(self, tunnels: Sequence[TunnelAdmission]) -> None:
        """Take a new list from the control plane; what is no longer on it is cut off at once."""
        self.admissions.replace(tunnels)
        for link in self.connectors:
            admission = self.admissions.get(link.tunnel)
            if admission is None or not self.admissions.still_admits(link.tunnel, link.secret_hash):
                self.live.cut_unlisted(link.tunnel, ())
                link.dismiss(Refuse(sentence=WRONG_TOKEN, permanent=True))
            else:
                self.counted.streams_cut += self.live.cut_unlisted(link.tunnel, admission.services)
                link.tell(_configuration(admission))

    def cut(self, sessions: Sequence[SessionId], streams: Sequence[str]) -> int:
        """End these sessions' streams, and these streams; return how many there were."""
        count = self.live.cut_sessions(sessions) + self.live.cut_ids(streams)
        self.counted.streams_cut += count
        return count

    def metrics(self) -> dict[str, int]:
        """The counters, and what is open now."""
        counters = self.counted.counters()
        for link in self.connectors:
            counters["bytes_received"] += link.bytes_received
            counters["bytes_sent"] += link.bytes_sent
        return {**counters, "links": sum(1 for _ in self.connectors), "streams": len(self.live)}

    def problems(self) -> dict[ApplicationId, str]:
        """What is wrong with which service, as connectors say; each speaks of its own tunnel only."""
        return {
            service: text
            for link in self.connectors
            if (admission := self.admissions.get(link.tunnel)) is not None
            for service, text in link.problems.items()
            if service in admission.services
        }

    def tick(self) -> None:
        """To be called every two seconds: finds links that have died silently."""
        for link in self.connectors:
            link.tick()

    def note_change(self) -> None:
        """A connector's health or draining changed."""
        self.changed()

    # --- the edge's connections ------------------------------------------------------------------

    def begin(self, tunnel: TunnelId, header: ProxyHeader, transport: asyncio.Transport) -> Front | None:
        """See ``FrontHost``."""
        admission = self.admissions.get(tunnel)
        link = self.connectors.pick(tunnel, header.service)
        if admission is None or header.service not in admission.services or link is None:
            self.counted.streams_unserved += 1
            self._sparse.warning("nobody serves", tunnel=tunnel, application=header.service)
            return None
        front = Front(link, transport, tunnel=tunnel, header=header, opened=self._clock.now(), host=self)
        self.counted.streams_opened += 1
        self.live.add(front)
        return front

    def header_invalid(self, tunnel: TunnelId, problem: str) -> None:
        """See ``FrontHost``."""
        self.counted.headers_invalid += 1
        self._sparse.warning("proxy header invalid", tunnel=tunnel, problem=problem)

    def refused(self, front: Front, refused: Refused) -> None:
        """See ``FrontHost``."""
        self.counted.streams_refused += 1
        self._sparse.warning(
            "stream refused",
            tunnel=front.tunnel,
            application=front.application,
            reason=refused.reason or "unknown",
            sentence=refused.sentence,
        )

    def gone(self, front: Front) -> None:
        """See ``FrontHost``."""
        self.live.remove(front)

    def _front_header(self, tunnel: TunnelId) -> FrontHeader:
        return FrontHeader(tunnel, self, timeout=self._settings.header_timeout)


def _configuration(admission: TunnelAdmission) -> Configure:
    return Configure(services={str(key): origin for key, origin in admission.services.items()})
