"""A real Envoy configured by the real store, publisher and ADS server, with as many applications as one
likes, in one process with the test. Nobody answers ``ext_authz``: whom the data plane does not let in by
itself is refused with 503.

What stands behind the applications says 200 to requests and echoes what comes over WebSockets.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import ssl
import subprocess
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import TypeAlias

import grpc
from envoy.service.discovery.v3 import ads_pb2_grpc

from doorward.bootstrap.certificates_files import ensure_authority, ensure_certificate
from doorward.bootstrap.envoy_binary import find_envoy
from doorward.bootstrap.system import SystemClock, SystemRandomness
from doorward.edge.ads import AdsServer
from doorward.envoy.bootstrap import BootstrapSettings, build_bootstrap
from doorward.envoy.snapshot import Snapshot
from doorward.envoy.state import EdgeSettings
from doorward.model.access import Identity
from doorward.model.application import Application, Origin
from doorward.model.claims import TokenClaims, Validity, Verdicts
from doorward.model.configuration import Configuration
from doorward.model.destination import Destination
from doorward.model.identity_provider import IdentityProvider, LocalAccounts
from doorward.model.ids import ApplicationId, Audience, IdentityProviderId, PolicyId, SessionId
from doorward.model.policy import Action, Policy
from doorward.model.rule import Rules, Selector
from doorward.model.session import Session
from doorward.services.current import Current, InForce
from doorward.services.publish import CertificateAndKey, Publisher
from doorward.services.sessions import LiveSessions
from doorward.services.token_keys import make_private_key
from doorward.services.tokens import Tokens
from doorward.services.tunnel_secrets import TunnelSecrets
from doorward.stores.sql_stores import SqlStores
from doorward.web.edge_pages import edge_page_csp, edge_pages
from tests.fakes.relays import FakeRelays
from tests.live.scaled_clients import Connection, behind_proxy_header, origin
from tests.live.system import free_ports

Spoil: TypeAlias = Callable[[Snapshot], Snapshot]
STAFF = IdentityProviderId("staff")
START_WITHIN = 60.0
ADA = Identity(identity_provider=STAFF, subject="ada", email="ada@corp.com", groups=frozenset({"engineers"}))


def application(number: int, origin_port: int, *policies: Policy) -> Application:
    """The application ``app-NUMBER``; without ``policies`` engineers and the people of its own domain are
    let in, and one person is not."""
    own = policies or (
        _policy(Action.DENY, Selector("email", f"eve-{number}@corp.com"), name="eve"),
        _policy(
            Action.ALLOW,
            Selector("group", "engineers", STAFF),
            Selector("email_domain", f"team-{number}.corp.com"),
            name="engineers",
        ),
        _policy(Action.SERVICE_AUTH, Selector("any_service_token"), name="machines"),
    )
    return Application(
        id=ApplicationId(f"app-{number}"),
        destinations=(Destination(f"app-{number}.localhost"),),
        origin=Origin(url=f"http://127.0.0.1:{origin_port}"),
        audience=Audience(f"audience-{number}"),
        policies=own,
    )


def _policy(action: Action, *include: Selector, name: str) -> Policy:
    return Policy(id=PolicyId(name), action=action, rules=Rules(include=include))


def unspoilt(snapshot: Snapshot) -> Snapshot:
    """As it should be."""
    return snapshot


class SpoiltAds(AdsServer):
    """Publishes what ``spoil`` makes of it: the faults that Doorward is not meant to have."""

    def __init__(self, spoil: Spoil) -> None:
        super().__init__(SystemClock())
        self.spoil = spoil

    def publish(self, snapshot: Snapshot) -> None:
        """See ``Edges.publish``."""
        super().publish(self.spoil(snapshot))


@dataclass
class ScaledEdge:
    """See ``scaled_edge``."""

    port: int
    origin_port: int
    stores: SqlStores
    ads: SpoiltAds
    publisher: Publisher
    sessions: LiveSessions
    tokens: Tokens
    current: Current
    process: asyncio.subprocess.Process
    connections: list[Connection] = field(default_factory=list)

    async def token(self, number: int = 0, *, session: SessionId | None = None) -> str:
        """A token of Ada's for an application, of a session that is stored, a new one unless it is given."""
        in_force = self.current.get()
        made = in_force.by_id[ApplicationId(f"app-{number}")]
        now = SystemClock().now()
        validity = Validity(
            issuer=self.tokens.issuer,
            audience=made.audience,
            generation=in_force.generation_of(made),
            issued=now,
            expires=now + timedelta(hours=1),
        )
        claims = TokenClaims.for_person(
            ADA,
            session=session or await self.session(),
            mentioned=in_force.compiled[made.id].mentioned,
            verdicts=Verdicts(),
            validity=validity,
        )
        return self.tokens.sign(claims.as_claims())

    async def session(self) -> SessionId:
        """A stored session of Ada's."""
        now, made = SystemClock().now(), SystemRandomness().identifier()
        stored = Session(
            id=SessionId(made), identity=ADA, created=now, authenticated=now, expires=now + timedelta(days=1)
        )
        await self.stores.sessions.create(stored, secret_hash=made)
        return stored.id

    async def connected(self, token: str, number: int = 0) -> Connection:
        """A new connection that shows this token."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        hostname = f"app-{number}.localhost"
        reader, writer = await asyncio.open_connection(
            "127.0.0.1", self.port, ssl=context, server_hostname=hostname
        )
        self.connections.append(Connection(reader, writer, hostname, token))
        return self.connections[-1]

    async def change(self, number: int, *policies: Policy) -> None:
        """Commit other policies of an application, and publish."""
        before, version = await self.stores.configurations.load()
        made = application(number, self.origin_port, *policies)
        others = [each for each in before.applications if each.id != made.id]
        await self.save(replace(before, applications=(*others, made)), expected=version)

    async def save(self, configuration: Configuration, *, expected: int) -> None:
        """Commit a configuration, and publish."""
        await self.publisher.publish(await self.committed(configuration, expected=expected))

    async def committed(self, configuration: Configuration, *, expected: int) -> InForce:
        """Compile and store a configuration, as ``services.configuration`` does before it publishes."""
        in_force = InForce.of(configuration, expected, before=self.current.known())
        version = await self.stores.configurations.save(configuration, expected=expected)
        return replace(in_force, version=version)

    async def listening(self) -> None:
        """Wait until the edge takes connections."""
        while True:
            try:
                await self.connected("")
            except ConnectionRefusedError:
                await asyncio.sleep(0.05)
            else:
                return

    async def settled(self) -> bool:
        """Whether the edge has taken all that was published, within a while."""
        return await self.ads.settled(self.publisher.version, timeout=START_WITHIN)


@contextlib.asynccontextmanager
async def scaled_edge(
    folder: Path,
    applications: int,
    *,
    concurrency: int = 1,
    origin_port: int = 0,
    policies: Sequence[Policy] = (),
    spoil: Spoil = unspoilt,
    settles: bool = True,
) -> AsyncIterator[ScaledEdge]:
    """An edge with this many applications, that has settled (unless it never ``settles``); ``policies`` are
    those of the first one, ``origin_port`` an origin of the caller's own.

    ``folder`` is of the caller's own, with a short path: sockets are in it.
    """
    for name in ("run/front", "logs"):
        (folder / name).mkdir(parents=True)
    async with contextlib.AsyncExitStack() as stack:
        behind = await asyncio.start_server(origin, "127.0.0.1", 0)
        relay = await asyncio.start_unix_server(behind_proxy_header, folder / "run" / "front" / "edge.sock")
        for server in (behind, relay):
            await stack.enter_async_context(server)
        origin_port = origin_port or int(behind.sockets[0].getsockname()[1])
        (port,) = free_ports(1)
        stores = await SqlStores.open(folder / "doorward.db", encryption_key=b"k" * 32)
        stack.push_async_callback(stores.close)
        configuration = Configuration(
            identity_providers=(IdentityProvider(id=STAFF, settings=LocalAccounts()),),
            applications=(
                application(0, origin_port, *policies),
                *(application(number, origin_port) for number in range(1, applications)),
            ),
        )
        await stores.configurations.save(configuration, expected=0)
        ads = SpoiltAds(spoil)
        edge = _joined(folder, stores, ads, port, origin_port)
        await edge.tokens.refresh()
        await edge.publisher.publish()
        await stack.enter_async_context(_grpc(folder, ads))
        edge.process = await stack.enter_async_context(_envoy(folder, concurrency))
        if settles:
            assert await edge.settled(), (folder / "envoy.log").read_text()[-4000:]
        try:
            yield edge
        finally:
            for connection in edge.connections:
                connection.writer.transport.abort()


def _joined(folder: Path, stores: SqlStores, ads: SpoiltAds, port: int, origin_port: int) -> ScaledEdge:
    clock, current, relays = SystemClock(), Current(), FakeRelays()
    authority = ensure_authority(folder, clock)
    settings = EdgeSettings(
        team_domain="access.localhost",
        https_host="127.0.0.1",
        https_port=port,
        public_port=port,
        control_socket="run/grpc.sock",
        web_socket="run/web.sock",
        front_folders=("run/front",),
        access_log="logs/access.log",
        pages=edge_pages(),
        pages_policy=edge_page_csp(),
    )

    def certificate_for(hostnames: Sequence[str]) -> CertificateAndKey:
        pair = ensure_certificate(authority, folder / "edge.pem", hostnames, clock=clock)
        return CertificateAndKey(pair.certificate.decode(), pair.key.decode())

    tokens = Tokens(
        stores.signing_keys,
        issuer=settings.issuer,
        clock=clock,
        randomness=SystemRandomness(),
        make_key=make_private_key,
    )
    publisher = Publisher(
        stores,
        current=current,
        edges=ads,
        relays=relays,
        tokens=tokens,
        tunnel_secrets=TunnelSecrets(b"k" * 32),
        settings=settings,
        certificate_for=certificate_for,
        clock=clock,
    )
    sessions = LiveSessions(stores, publisher=publisher, relays=relays, clock=clock)
    return ScaledEdge(
        port, origin_port, stores, ads, publisher, sessions, tokens, current, process=_NO_PROCESS
    )


_NO_PROCESS: asyncio.subprocess.Process = None  # type: ignore[assignment]  # until Envoy has been started


@contextlib.asynccontextmanager
async def _grpc(folder: Path, ads: AdsServer) -> AsyncIterator[None]:
    server = grpc.aio.server()
    ads_pb2_grpc.add_AggregatedDiscoveryServiceServicer_to_server(ads, server)
    server.add_insecure_port(f"unix:{folder}/run/grpc.sock")
    await server.start()
    try:
        yield
    finally:
        await server.stop(None)


@contextlib.asynccontextmanager
async def _envoy(folder: Path, concurrency: int) -> AsyncIterator[asyncio.subprocess.Process]:
    settings = BootstrapSettings(
        edge_id="edge", control_socket="run/grpc.sock", admin_socket="run/admin.sock"
    )
    (folder / "envoy.json").write_text(build_bootstrap(settings))
    with (folder / "envoy.log").open("wb") as log:
        process = await asyncio.create_subprocess_exec(
            str(find_envoy(os.environ).path),
            *("-c", "envoy.json", "--concurrency", str(concurrency)),
            *("--disable-hot-restart", "-l", "warning"),
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
        )
    try:
        yield process
    finally:
        process.terminate()
        await process.wait()
