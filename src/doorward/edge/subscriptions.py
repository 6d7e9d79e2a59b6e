"""One type's subscription on one incremental xDS stream: what was asked for, sent and answered.

Pure bookkeeping: requests come in, responses go out, no waiting.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from envoy.service.discovery.v3 import discovery_pb2

from doorward.envoy.snapshot import Resource


@dataclass(frozen=True, slots=True)
class Update:
    """What one response carried."""

    type_url: str
    resources: tuple[Resource, ...]
    removed: tuple[str, ...]


@dataclass(slots=True)
class Subscription:
    """``sent`` is the version of each resource that went out, or that the Envoy said it has;
    ``acknowledged`` those it took. ``_apart`` are names that are to be sent group by group."""

    type_url: str
    wildcard: bool = False
    names: set[str] = field(default_factory=set)
    sent: dict[str, str] = field(default_factory=dict)
    acknowledged: dict[str, str] = field(default_factory=dict)
    _apart: list[frozenset[str]] = field(default_factory=list)
    _pending: dict[str, Update] = field(default_factory=dict)
    _responses: int = 0
    _requests: int = 0

    def receive(self, request: discovery_pb2.DeltaDiscoveryRequest) -> Update | None:
        """Take a request in; return the update that it acknowledges or refuses, if it does."""
        if self._requests == 0:
            self.wildcard = not request.resource_names_subscribe
            self.sent.update(request.initial_resource_versions)
            self.acknowledged.update(request.initial_resource_versions)
        self._requests += 1
        for name in request.resource_names_subscribe:
            if name == "*":
                self.wildcard = True
            else:
                self.names.add(name)
                self.sent.pop(name, None)
        for name in request.resource_names_unsubscribe:
            self.wildcard = self.wildcard and name != "*"
            self.names.discard(name)
            self.sent.pop(name, None)
            self.acknowledged.pop(name, None)
        update = self._pending.pop(request.response_nonce, None)
        if update is None:
            return None
        if request.HasField("error_detail"):
            self._forget(update)
        else:
            self.acknowledged.update({r.name: r.version for r in update.resources})
            for name in update.removed:
                self.acknowledged.pop(name, None)
        return update

    def difference(
        self, wanted: Mapping[str, Resource], version: str, *, removing: bool = True
    ) -> discovery_pb2.DeltaDiscoveryResponse | None:
        """The next response that brings the Envoy from what it was sent to ``wanted``; None when there is
        nothing to say. Ask until then. With ``removing`` False nothing is taken away yet."""
        if not self.wildcard:
            wanted = {name: wanted[name] for name in self.names & wanted.keys()}
        changed = tuple(r for name, r in wanted.items() if self.sent.get(name) != r.version)
        removed = tuple(name for name in self.sent if name not in wanted) if removing else ()
        changed = self._next_group(changed)
        never_answered = self._responses == 0 and self.wildcard
        if not (changed or removed or never_answered):
            return None
        self._responses += 1
        nonce = str(self._responses)
        self._pending[nonce] = Update(self.type_url, changed, removed)
        self.sent.update({r.name: r.version for r in changed})
        for name in removed:
            del self.sent[name]
        return discovery_pb2.DeltaDiscoveryResponse(
            type_url=self.type_url,
            system_version_info=version,
            nonce=nonce,
            removed_resources=removed,
            resources=[
                discovery_pb2.Resource(name=r.name, version=r.version, resource=r.body) for r in changed
            ],
        )

    def holds(self, wanted: Mapping[str, Resource]) -> bool:
        """Whether the Envoy has acknowledged all of ``wanted`` that it subscribed to, and has let go of
        what is not in it."""
        names = wanted.keys() if self.wildcard else self.names & wanted.keys()
        return self.acknowledged.keys() <= wanted.keys() and all(
            self.acknowledged.get(name) == wanted[name].version for name in names
        )

    def part(self, update: Update) -> None:
        """Send the resources of a refused update again in two halves, to find out which it was."""
        names = [resource.name for resource in update.resources]
        middle = len(names) // 2
        self._apart += [frozenset(names[:middle]), frozenset(names[middle:])]

    def _next_group(self, changed: tuple[Resource, ...]) -> tuple[Resource, ...]:
        """Of what changed, the part to send now."""
        while self._apart and changed:
            names = self._apart.pop(0)
            if group := tuple(resource for resource in changed if resource.name in names):
                return group
        self._apart.clear()
        return changed

    def _forget(self, update: Update) -> None:
        """What was refused stays as it was acknowledged before, if it was. Of some types Envoy takes all or
        nothing, so what was to go with it has not gone."""
        for resource in update.resources:
            if self.sent.get(resource.name) == resource.version:
                self._restore(resource.name)
        if update.resources:
            for name in update.removed:
                if name not in self.sent:
                    self._restore(name)

    def _restore(self, name: str) -> None:
        previous = self.acknowledged.get(name)
        if previous is None:
            self.sent.pop(name, None)
        else:
            self.sent[name] = previous
