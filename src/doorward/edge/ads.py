"""The ADS server: brings snapshots to Envoys over one incremental xDS stream each.

The incremental variant of the protocol, because each resource then has a version of its own and
only what changed is sent: https://www.envoyproxy.io/docs/envoy/v1.40.0/api-docs/xds_protocol
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field, replace

import grpc
import structlog
from envoy.service.discovery.v3 import ads_pb2_grpc, discovery_pb2

from doorward.edge.subscriptions import Subscription, Update
from doorward.envoy.snapshot import TYPES, Resource, Snapshot
from doorward.ports.clock import Clock
from doorward.ports.edges import EdgeStatus

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
        context: grpc.aio.ServicerContext[
            discovery_pb2.DeltaDiscoveryRequest, discovery_pb2.DeltaDiscoveryResponse
        ],
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
            self._judge(stream, answered, request.error_detail.message)
        await self._note(stream)
        stream.changed.set()

    def _judge(self, stream: _Stream, update: Update, refusal: str) -> None:
        for resource in update.resources:
            key = (update.type_url, resource.name)
            if refusal and (resource.name in refusal or len(update.resources) == 1):
                self._refused[(*key, resource.version)] = refusal
            elif not refusal:
                self._good[key] = resource
                self._refused.pop((*key, resource.version), None)
        if refusal:
            log.error("edge refused configuration", edge=stream.edge_id, refusal=refusal)

    async def _send(
        self,
        stream: _Stream,
        context: grpc.aio.ServicerContext[
            discovery_pb2.DeltaDiscoveryRequest, discovery_pb2.DeltaDiscoveryResponse
        ],
    ) -> None:
        while True:
            await stream.changed.wait()
            stream.changed.clear()
            snapshot = self._snapshot
            if snapshot is None:
                continue
            for type_url in TYPES:
                subscription = stream.subscriptions.get(type_url)
                if subscription is None:
                    continue
                wanted = {
                    name: self._acceptable(type_url, resource)
                    for name, resource in snapshot.resources[type_url].items()
                }
                response = subscription.difference(wanted, snapshot.version)
                if response is not None:
                    await context.write(response)
            await self._note(stream)

    def _acceptable(self, type_url: str, resource: Resource) -> Resource:
        if (type_url, resource.name, resource.version) in self._refused:
            return self._good.get((type_url, resource.name), resource)
        return resource

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
        for type_url, resources in self._snapshot.resources.items():
            for resource in resources.values():
                refusal = self._refused.get((type_url, resource.name, resource.version))
                if refusal:
                    return refusal
        return ""
