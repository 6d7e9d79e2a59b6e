"""Control plane's end, relay, connectors and an origin in one process, over real sockets and TLS."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field, replace
from functools import cache
from hashlib import sha256
from ipaddress import IPv4Address
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding

from doorward.bootstrap.certificates import Authority, new_authority
from doorward.bootstrap.system import SystemClock
from doorward.connector import main as connector
from doorward.connector.settings import ConnectorSettings
from doorward.edge.relays import RelayControl
from doorward.model.application import Origin
from doorward.model.ids import ApplicationId, TunnelId
from doorward.model.tunnel import TunnelAdmission
from doorward.relay import main as relay
from doorward.relay.proxy_header import SERVICE, SESSION, SIGNATURE, SOURCE
from doorward.relay.settings import RelaySettings
from doorward.tunnel.token import RelayAddress, TunnelToken

SERVER_NAME = "relay.doorward"
SECRET = "a-secret"
TUNNEL = TunnelId("home")
APPLICATION = ApplicationId("app")

Handler = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@cache
def authority() -> Authority:
    return new_authority(ec.generate_private_key(ec.SECP256R1()), now=SystemClock().now())


def proxy_header(service: str = APPLICATION, session: str = "", source: str = "192.0.2.7") -> bytes:
    """What the edge begins a connection with."""
    addresses = IPv4Address("192.0.2.1").packed + bytes(4) + (4321).to_bytes(2, "big") + bytes(2)
    values = b"".join(
        bytes((kind,)) + len(value).to_bytes(2, "big") + value.encode()
        for kind, value in ((SERVICE, service), (SESSION, session), (SOURCE, source))
    )
    return SIGNATURE + b"\x21\x11" + (len(addresses) + len(values)).to_bytes(2, "big") + addresses + values


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """An origin that says everything back, and ends when the other side does."""
    while data := await reader.read(65536):
        writer.write(data)
        await writer.drain()
    writer.write_eof()


async def until(condition: Callable[[], bool], *, seconds: float = 5.0) -> None:
    """Wait for something to become true."""
    async with asyncio.timeout(seconds):
        while not condition():
            await asyncio.sleep(0.005)


async def to_the_end(reader: asyncio.StreamReader) -> None:
    """Read until the end; a cut is either an end or a reset, and both count as a lost connection."""
    if not await reader.read():
        raise ConnectionResetError


@dataclass
class RunningConnector:
    """A connector and the ways to end it."""

    task: asyncio.Task[None]
    stop: asyncio.Event
    ready: asyncio.Event


@dataclass
class World:
    """``folder`` has a short name, because it holds unix sockets."""

    folder: Path
    port: int
    control: RelayControl = field(default_factory=RelayControl)
    origin_port: int = 0
    services: dict[ApplicationId, Origin] = field(default_factory=dict)
    tasks: list[asyncio.Task[None]] = field(default_factory=list)
    servers: list[asyncio.Server] = field(default_factory=list)
    handlers: set[asyncio.Task[None]] = field(default_factory=set)
    writers: list[asyncio.StreamWriter] = field(default_factory=list)

    @property
    def settings(self) -> RelaySettings:
        return RelaySettings(
            listen_host="127.0.0.1",
            listen_port=self.port,
            certificate=self.folder / "relay.pem",
            private_key=self.folder / "relay.key",
            front_folder=self.folder / "fronts",
            control_socket=self.folder / "control.sock",
            greeting_timeout=1.0,
            header_timeout=2.0,
            refusal_delay=0.01,
            report_interval=0.05,
        )

    @property
    def token(self) -> TunnelToken:
        return TunnelToken(
            tunnel=TUNNEL,
            secret=SECRET,
            relays=(RelayAddress(host="127.0.0.1", port=self.port),),
            server_name=SERVER_NAME,
            authority=authority().certificate.public_bytes(Encoding.DER),
        )

    def admission(self, secret: str = SECRET) -> TunnelAdmission:
        return TunnelAdmission(
            id=TUNNEL, name="home", secret_hash=sha256(secret.encode()).hexdigest(), services=self.services
        )

    def front(self, tunnel: TunnelId = TUNNEL) -> Path:
        return self.folder / "fronts" / f"{tunnel}.sock"

    async def start_relay(self, settings: RelaySettings | None = None) -> asyncio.Task[None]:
        ready = asyncio.Event()
        task = asyncio.create_task(relay.run(settings or self.settings, ready.set, clock=SystemClock()))
        self.tasks.append(task)
        waiting = asyncio.create_task(ready.wait())
        await asyncio.wait([task, waiting], return_when=asyncio.FIRST_COMPLETED)
        waiting.cancel()
        if task.done():
            task.result()
        return task

    async def start_connector(
        self, *, wait: bool = True, token: TunnelToken | None = None, **settings: object
    ) -> RunningConnector:
        chosen = replace(ConnectorSettings(token=token or self.token, links=2, grace=5.0), **settings)  # type: ignore[arg-type] # names of fields
        stop, ready = asyncio.Event(), asyncio.Event()
        task = asyncio.create_task(connector.serve(chosen, ready.set, stop))
        self.tasks.append(task)
        if wait:
            async with asyncio.timeout(5):
                await ready.wait()
        return RunningConnector(task, stop, ready)

    async def serve_origin(self, handler: Handler, *, port: int = 0) -> int:
        """Start an origin; return its port."""

        async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            task = asyncio.current_task()
            assert task is not None
            self.handlers.add(task)
            try:
                await handler(reader, writer)
            except (OSError, asyncio.IncompleteReadError):
                pass
            finally:
                self.handlers.discard(task)
                writer.close()

        server = await asyncio.start_server(handle, "127.0.0.1", port)
        self.servers.append(server)
        return int(server.sockets[0].getsockname()[1])

    async def connect(
        self, service: str = APPLICATION, session: str = "", *, limit: int = 65536
    ) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """Connect as the edge does."""
        return await self.begin(proxy_header(service, session), limit=limit)

    async def begin(
        self, first: bytes, *, limit: int = 65536
    ) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """Connect to the tunnel's front and send these bytes."""
        reader, writer = await asyncio.open_unix_connection(str(self.front()), limit=limit)
        self.writers.append(writer)
        writer.write(first)
        return reader, writer

    async def knock(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """Connect to the relay's port as a stranger."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        self.writers.append(writer)
        return reader, writer

    async def close(self) -> None:
        for task in reversed(self.tasks):
            task.cancel()
        await asyncio.gather(*self.tasks, return_exceptions=True)
        for server in self.servers:
            server.close()
        for writer in self.writers:
            writer.close()
        for task in list(self.handlers):
            task.cancel()
        await asyncio.gather(*self.handlers, return_exceptions=True)
        await self.control.close()
        await asyncio.sleep(0.05)


@contextlib.asynccontextmanager
async def world(*, origin: Handler = echo, admit: bool = True) -> AsyncIterator[World]:
    """A control plane that admits the tunnel, and an origin; no relay and no connector yet."""
    with tempfile.TemporaryDirectory(prefix="dw") as name:
        made = World(Path(name), free_port())
        issued = authority().issue([SERVER_NAME], now=SystemClock().now())
        (made.folder / "relay.pem").write_bytes(issued.certificate)
        (made.folder / "relay.key").write_bytes(issued.key)
        made.origin_port = await made.serve_origin(origin)
        made.services[APPLICATION] = Origin(url=f"http://127.0.0.1:{made.origin_port}")
        try:
            await made.control.serve(made.folder / "control.sock")
            if admit:
                await made.control.admit([made.admission()])
            yield made
        finally:
            await made.close()


@contextlib.asynccontextmanager
async def running_world(*, origin: Handler = echo) -> AsyncIterator[World]:
    """The same with a relay and a connector."""
    async with world(origin=origin) as made:
        await made.start_relay()
        await made.start_connector()
        yield made
