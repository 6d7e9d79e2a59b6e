"""Publish: read what should be, compile it, build it, bring it to edges and relays."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from doorward.envoy import names
from doorward.envoy.snapshot import SnapshotBuilder
from doorward.envoy.state import EdgeSettings, EdgeState, ServedApplication
from doorward.model.application import ApplicationType
from doorward.model.configuration import Configuration
from doorward.model.ids import ApplicationId, SessionId, TunnelId
from doorward.model.tunnel import Tunnel
from doorward.ports.clock import Clock
from doorward.ports.edges import Edges
from doorward.ports.relays import Relays, TunnelAdmission
from doorward.ports.stores import Stores
from doorward.services.current import Current, InForce
from doorward.services.tokens import LIFETIME, Tokens
from doorward.services.tunnel_secrets import TunnelSecrets

REMEMBERED = LIFETIME + timedelta(minutes=5)
"""How long a revoked session stays on the edges' list: until its last token has expired."""

EDGE_TUNNEL = Tunnel(id=TunnelId(names.EDGE_TUNNEL), name="edge (built in)")


@dataclass(frozen=True, slots=True)
class CertificateAndKey:
    """PEM texts of the public listener's certificate chain and key."""

    certificate: str
    private_key: str


CertificateFor = Callable[[Sequence[str]], CertificateAndKey]
"""Gives the certificate for a set of hostnames."""


class Publisher:
    """The one road from the stores to edges and relays."""

    def __init__(  # noqa: PLR0913 - it joins what a publication needs, once, in bootstrap
        self,
        stores: Stores,
        *,
        current: Current,
        edges: Edges,
        relays: Relays,
        tokens: Tokens,
        tunnel_secrets: TunnelSecrets,
        settings: EdgeSettings,
        certificate_for: CertificateFor,
        clock: Clock,
    ) -> None:
        self._stores = stores
        self._current = current
        self._edges = edges
        self._relays = relays
        self._tokens = tokens
        self._tunnel_secrets = tunnel_secrets
        self._settings = settings
        self._builder = SnapshotBuilder(settings)
        self._certificate_for = certificate_for
        self._clock = clock
        self._lock = asyncio.Lock()
        self._version = ""

    @property
    def version(self) -> str:
        """The version that was published last; empty before the first."""
        return self._version

    async def publish(self, saved: InForce | None = None) -> str:
        """Bring the stored configuration into force; return the version that edges will report.

        ``saved`` is what the caller has just stored, so that it need not be read again. The same state
        gives the same version and disturbs nobody.
        """
        async with self._lock:
            in_force = await self._stored(saved)
            revoked = await self._stores.sessions.revoked_since(self._clock.now() - REMEMBERED)
            changed = await self._stores.sessions.changed_since(self._clock.now() - REMEMBERED)
            snapshot = self._builder.build(self._state(in_force, revoked, changed))
            self._current.replace(in_force)
            self._edges.publish(snapshot)
            await self._relays.admit(self._admissions(in_force.configuration))
            self._version = snapshot.version
            return snapshot.version

    async def _stored(self, saved: InForce | None) -> InForce:
        """The stored configuration, compiled. It is read only when nobody here has it."""
        before = self._current.known()
        version = await self._stores.configurations.version()
        for known in (saved, before):
            if known is not None and known.version == version:
                return known
        configuration, version = await self._stores.configurations.load()
        reserved = [self._settings.team_domain]
        return InForce.of(configuration, version, reserved=reserved, before=before)

    async def wait(self, version: str, *, seconds: float) -> bool:
        """Whether every connected edge took ``version`` within this time."""
        return await self._edges.settled(version, timeout=seconds)

    def _state(
        self, in_force: InForce, revoked: Sequence[SessionId], changed: Mapping[SessionId, datetime]
    ) -> EdgeState:
        configuration = in_force.configuration
        hostnames = [self._settings.team_domain, *in_force.destinations.by_hostname]
        certificate = self._certificate_for(hostnames)
        return EdgeState(
            generation=configuration.generation,
            applications=[
                ServedApplication(application=a, compiled=in_force.compiled[a.id])
                for a in configuration.applications
                if a.type is not ApplicationType.BOOKMARK
            ],
            destinations=in_force.destinations,
            revoked=sorted(revoked),
            changed={session: changed[session] for session in sorted(changed.keys() - set(revoked))},
            machines=sorted(in_force.credentials(self._clock.now())),
            authorities=configuration.certificate_authorities,
            jwks=self._tokens.jwks,
            certificate=certificate.certificate,
            private_key=certificate.private_key,
        )

    def _admissions(self, configuration: Configuration) -> list[TunnelAdmission]:
        tunnels = [EDGE_TUNNEL, *configuration.tunnels]
        return [
            TunnelAdmission(
                id=tunnel.id,
                name=tunnel.name,
                secret_hash=self._tunnel_secrets.secret_hash(tunnel),
                services={
                    ApplicationId(a.id): a.origin
                    for a in configuration.applications
                    if a.type is ApplicationType.SELF_HOSTED
                    and (a.origin.tunnel or EDGE_TUNNEL.id) == tunnel.id
                },
            )
            for tunnel in tunnels
        ]
