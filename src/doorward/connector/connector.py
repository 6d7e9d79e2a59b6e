"""The connector's state: what it may dial, which streams run, what is wrong with which service."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping

import structlog

from doorward.connector.link import ConnectorLink
from doorward.connector.origin_stream import OriginOpening, OriginSplice
from doorward.connector.origins import Origins, Unopened
from doorward.model.application import Origin
from doorward.tunnel import control
from doorward.tunnel.link import Link
from doorward.tunnel.opening import Refusal
from doorward.tunnel.stream import Stream, StreamOwner

log = structlog.get_logger("connector")


class Connector:
    """Implements ``origin_stream.StreamHost``. ``connected`` is called at each link's welcome."""

    def __init__(self, origins: Origins, connected: Callable[[], None]) -> None:
        self.links: set[ConnectorLink] = set()
        self.draining = False
        self.streams_opened = 0
        self.streams_refused = 0
        self._origins = origins
        self._connected = connected
        self._services: Mapping[str, Origin] = {}
        self._problems: dict[str, str] = {}
        self._splices: set[OriginSplice] = set()
        self._dialling: set[asyncio.Task[None]] = set()
        self._drained: set[ConnectorLink] = set()

    # --- what links say --------------------------------------------------------------------------

    def accept(self, link: Link, stream: Stream) -> StreamOwner:
        """The relay opened a stream."""
        return OriginOpening(self, link, stream)

    def hear(self, link: ConnectorLink, message: control.Message) -> None:
        """The relay said something on a link's control stream."""
        match message:
            case control.Welcome():
                self.links.add(link)
                log.info("connected", relay=message.relay)
                if self.draining:
                    link.tell(control.Drain())
                self._connected()
            case control.Configure():
                self._services = message.services
                self._problems = {k: v for k, v in self._problems.items() if k in message.services}
                link.tell(control.Health(problems=self._problems))
            case control.Drained():
                self._drained.add(link)
            case control.Refuse():
                log.warning("refused by the relay", sentence=message.sentence)
            case _:
                link.abort("the relay sent a message that only connectors send")

    def lost(self, link: ConnectorLink) -> None:
        """A link is gone."""
        self._drained.discard(link)
        if link in self.links:
            self.links.discard(link)
            log.warning("link lost", problem=link.problem or "the relay closed it")

    # --- StreamHost ------------------------------------------------------------------------------

    async def dial(self, service: str, protocol: Callable[[], asyncio.BaseProtocol]) -> None:
        """See ``StreamHost.dial``."""
        try:
            origin = self._services.get(service)
            if origin is None:
                raise Unopened(Refusal.UNKNOWN_SERVICE, f"this connector has no service {service!r}")
            await self._origins.dial(origin, protocol)
        except Unopened as unopened:
            self.streams_refused += 1
            self._note(service, unopened.refused.sentence)
            raise
        self._note(service, "")

    def spawn(self, opening: OriginOpening) -> asyncio.Task[None]:
        """See ``StreamHost.spawn``."""
        task = asyncio.get_running_loop().create_task(opening.connect())
        self._dialling.add(task)
        task.add_done_callback(self._dialled)
        return task

    def opened(self, splice: OriginSplice) -> None:
        """See ``StreamHost.opened``."""
        self.streams_opened += 1
        self._splices.add(splice)

    def gone(self, splice: OriginSplice) -> None:
        """See ``StreamHost.gone``."""
        self._splices.discard(splice)

    # --- the end ---------------------------------------------------------------------------------

    def begin_drain(self) -> None:
        """Ask every relay for no more streams."""
        self.draining = True
        for link in self.links:
            link.tell(control.Drain())

    @property
    def is_drained(self) -> bool:
        """Whether no stream runs, and every relay has said that none will come."""
        return not self._splices and not self._dialling and self.links <= self._drained

    def end_idle(self) -> None:
        """End kept-alive connections that nobody uses; to be called every second while draining."""
        for splice in list(self._splices):
            splice.end_if_idle()

    def close(self) -> None:
        """Close every link, whatever still runs."""
        for task in self._dialling:
            task.cancel()
        for splice in list(self._splices):
            splice.cut()
        for link in list(self.links):
            link.close()

    # --- what can be seen ------------------------------------------------------------------------

    def metrics(self) -> Mapping[str, int]:
        """Counters (``_total``) and what is open now, by name."""
        return {
            "links": len(self.links),
            "streams": len(self._splices),
            "streams_opened_total": self.streams_opened,
            "streams_refused_total": self.streams_refused,
        }

    def _dialled(self, task: asyncio.Task[None]) -> None:
        self._dialling.discard(task)
        if not task.cancelled() and task.exception() is not None:
            log.error("dialling failed", exc_info=task.exception())

    def _note(self, service: str, problem: str) -> None:
        """Tell the relays when a service begins or ceases to work."""
        if problem == self._problems.get(service, ""):
            return
        if service not in self._services:
            return
        if problem:
            self._problems[service] = problem
            log.warning("origin cannot be reached", application=service, problem=problem)
        else:
            del self._problems[service]
            log.info("origin can be reached again", application=service)
        for link in self.links:
            link.tell(control.Health(problems=self._problems))
