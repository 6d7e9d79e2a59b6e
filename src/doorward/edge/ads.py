"""The ADS server: brings snapshots to Envoys over one incremental xDS stream each.

The incremental variant of the protocol, because each resource then has a version of its own and
only what changed is sent: https://www.envoyproxy.io/docs/envoy/v1.40.0/api-docs/xds_protocol
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeAlias

import grpc
import structlog
from envoy.service.discovery.v3 import ads_pb2_grpc, discovery_pb2

from doorward.edge.subscriptions import Subscription, Update
from doorward.envoy.snapshot import CLUSTER, TYPES, Resource, Snapshot
from doorward.ports.clock import Clock
from doorward.ports.edges import EdgeStatus

Context: TypeAlias = grpc.aio.ServicerContext[
    discovery_pb2.DeltaDiscoveryRequest, discovery_pb2.DeltaDiscoveryResponse
]

log = structlog.get_logger("edge.ads")


@dataclass(slots=True, eq=False)
class _Stream:
    """One Envoy's stream: what it subscribed to, what it was sent, and a bell for changes."""

    edge_id: str = ""
    subscriptions: dict[str, Subscription] = field(default_factory=dict)
    changed: asyncio.Event = field(default_factory=asyncio.Event)


class AdsServer(ads_pb2_grpc.AggregatedDiscoveryServiceServicer):
    """Implements ``ports.edges.Edges``.

    A resource that an Envoy refused is not offered again: every edge keeps, and a new one gets, the
    last version that was accepted.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._snapshot: Snapshot | None = None
        self._streams: set[_Stream] = set()
        self._statuses: dict[str, EdgeStatus] = {}
        self._good: dict[tuple[str, str], Resource] = {}
        self._refused: dict[tuple[str, str, str], str] = {}
        self._progress = asyncio.Condition()

    def publish(self, snapshot: Snapshot) -> None:
        """See ``Edges.publish``."""
        self._snapshot = snapshot
        self._good = {
            (type_url, name): resource
            for (type_url, name), resource in self._good.items()
            if name in snapshot.resources[type_url]
        }
        self._refused = {
            key: words for key, words in self._refused.items() if key[1] in snapshot.resources[key[0]]
        }
        for stream in self._streams:
            stream.changed.set()

    def statuses(self) -> Sequence[EdgeStatus]:
        """See ``Edges.statuses``."""
        return sorted(self._statuses.values(), key=lambda status: status.id)

    async def settled(self, version: str, *, timeout: float) -> bool:
        """See ``Edges.settled``."""
        try:
            async with asyncio.timeout(timeout), self._progress:
                await self._progress.wait_for(lambda: self._has_settled(version))
        except TimeoutError:
            return False
        connected = [status for status in self._statuses.values() if status.connected]
        return bool(connected) and all(status.accepted == version for status in connected)

    def _has_settled(self, version: str) -> bool:
        connected = [status for status in self._statuses.values() if status.connected]
        return bool(connected) and all(s.accepted == version or s.refusal for s in connected)

    async def DeltaAggregatedResources(
        self,
        request_iterator: AsyncIterator[discovery_pb2.DeltaDiscoveryRequest],
        context: Context,
    ) -> None:
        """One Envoy, from its connection to its end."""
        stream = _Stream()
        self._streams.add(stream)
        try:
            async with asyncio.TaskGroup() as tasks:
                sender = tasks.create_task(self._send(stream, context))
                async for request in request_iterator:
                    await self._receive(stream, request)
                sender.cancel()
        finally:
            self._streams.discard(stream)
            await self._note(stream, connected=False)

    async def _receive(self, stream: _Stream, request: discovery_pb2.DeltaDiscoveryRequest) -> None:
        if request.node.id and not stream.edge_id:
            stream.edge_id = request.node.id
            version = request.node.user_agent_build_version.version
            self._statuses[stream.edge_id] = EdgeStatus(
                id=stream.edge_id,
                version=f"{version.major_number}.{version.minor_number}.{version.patch}",
                connected=True,
                since=self._clock.now(),
                accepted="",
                refusal="",
            )
            log.info("edge connected", edge=stream.edge_id)
        subscription = stream.subscriptions.setdefault(
            request.type_url, Subscription(type_url=request.type_url)
        )
        answered = subscription.receive(request)
        if answered is not None:
            self._judge(stream, subscription, answered, _words(request))
        await self._note(stream)
        stream.changed.set()

    def _judge(self, stream: _Stream, subscription: Subscription, update: Update, refusal: str) -> None:
        if not refusal:
            for resource in update.resources:
                key = (update.type_url, resource.name)
                self._good[key] = resource
                self._refused.pop((*key, resource.version), None)
            return
        named = [resource for resource in update.resources if _is_named(resource.name, refusal)]
        culprits = update.resources if len(update.resources) == 1 else named
        for resource in culprits:
            words = refusal if named else f"{resource.name}: {refusal}"
            self._refused[update.type_url, resource.name, resource.version] = words
        if not culprits:
            subscription.part(update)
        log.error(
            "edge refused configuration",
            edge=stream.edge_id,
            resources=[resource.name for resource in culprits],
            refusal=refusal,
        )

    async def _send(
        self,
        stream: _Stream,
        context: Context,
    ) -> None:
        while True:
            await stream.changed.wait()
            stream.changed.clear()
            snapshot = self._snapshot
            if snapshot is None:
                continue
            for type_url in TYPES:
                # What nothing points at any more goes last.
                removing = type_url != CLUSTER
                await self._bring(stream, context, snapshot, type_url, removing=removing)
            await self._bring(stream, context, snapshot, CLUSTER, removing=True)
            await self._note(stream)

    async def _bring(
        self,
        stream: _Stream,
        context: Context,
        snapshot: Snapshot,
        type_url: str,
        *,
        removing: bool,
    ) -> None:
        subscription = stream.subscriptions.get(type_url)
        if subscription is None:
            return
        wanted = self._acceptable(type_url, snapshot)
        while (response := subscription.difference(wanted, snapshot.version, removing=removing)) is not None:
            await context.write(response)

    def _acceptable(self, type_url: str, snapshot: Snapshot) -> Mapping[str, Resource]:
        """The snapshot's resources of this type; where one was refused, the last that was not, if any."""
        wanted = dict(snapshot.resources[type_url])
        for refused, name, version in self._refused:
            if refused == type_url and name in wanted and wanted[name].version == version:
                del wanted[name]
                if (good := self._good.get((type_url, name))) is not None:
                    wanted[name] = good
        return wanted

    async def _note(self, stream: _Stream, *, connected: bool = True) -> None:
        status = self._statuses.get(stream.edge_id)
        if status is None:
            return
        async with self._progress:
            self._statuses[stream.edge_id] = replace(
                status,
                connected=connected,
                accepted=self._accepted(stream) or status.accepted,
                refusal=self._refusal(),
            )
            self._progress.notify_all()

    def _accepted(self, stream: _Stream) -> str:
        """The snapshot's version when the stream has acknowledged all of it, else nothing."""
        snapshot = self._snapshot
        if snapshot is None or self._refusal():
            return ""
        for type_url in TYPES:
            subscription = stream.subscriptions.get(type_url)
            if subscription is None or not subscription.holds(snapshot.resources[type_url]):
                return ""
        return snapshot.version

    def _refusal(self) -> str:
        """Envoy's words about the current snapshot, where it refused any of it."""
        if self._snapshot is None:
            return ""
        for (type_url, name, version), words in self._refused.items():
            resource = self._snapshot.resources[type_url].get(name)
            if resource is not None and resource.version == version:
                return words
        return ""


def _words(request: discovery_pb2.DeltaDiscoveryRequest) -> str:
    """Envoy's words where it refused, empty where it did not."""
    return (request.error_detail.message or "refused") if request.HasField("error_detail") else ""


def _is_named(name: str, refusal: str) -> bool:
    """Whether Envoy's words name this resource, and not one whose name is longer."""
    return re.search(rf"(?<![\w./()-]){re.escape(name)}(?![\w./()-])", refusal) is not None
