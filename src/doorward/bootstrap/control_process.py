"""The control plane process: its sockets, its housekeeping, its end."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from datetime import timedelta
from pathlib import Path

import grpc
import structlog
import uvicorn
from envoy.service.auth.v3 import external_auth_pb2_grpc
from envoy.service.discovery.v3 import ads_pb2_grpc
from starlette.types import ASGIApp

from doorward.bootstrap import places
from doorward.bootstrap.control_plane import REFRESH, ControlPlane, build
from doorward.bootstrap.control_settings import ControlSettings
from doorward.bootstrap.data_folder import DataFolder
from doorward.bootstrap.metrics import metrics_application
from doorward.bootstrap.system import SystemClock
from doorward.model.errors import AccessError
from doorward.services.publish import REMEMBERED

log = structlog.get_logger("control")

TICK = 1.0
"""Seconds between looks at what is due."""

KEPT = timedelta(days=7)
"""How long ended sessions are kept for whoever asks."""


async def run(settings: ControlSettings) -> None:
    """Serve until SIGTERM or SIGINT. The working folder must be the data folder.

    Raises Invalid and Unavailable for what keeps it from starting, in sentences.
    """
    folder = DataFolder.attach(settings.data)
    control = await build(settings, folder, environment=os.environ)
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    try:
        async with _audit_kept(control, stop):
            await _serve(settings, control, stop)
    finally:
        await control.close()
    log.info("control plane stopped")


async def _serve(settings: ControlSettings, control: ControlPlane, stop: asyncio.Event) -> None:
    await control.services.tokens.refresh()
    await control.relays.serve(places.RELAY_SOCKET)
    await control.services.publisher.publish()
    await _repeat_cuts(control)
    await _catch_up(control)
    await control.services.facts.begin()
    await control.services.grant_ends.begin()
    _write_privately(places.EDGE_TOKEN, control.edge_token)
    # The API comes last: whoever can reach it finds everything else in place.
    async with (
        _grpc(control),
        _http(control.web, places.WEB_SOCKET),
        _metrics(settings, control),
        _http(control.api, places.API_SOCKET),
    ):
        log.info("control plane ready", team_domain=settings.team_domain)
        async with asyncio.TaskGroup() as group:
            keeping = group.create_task(control.services.timetable.keep())
            await _until(stop, control)
            keeping.cancel()


@asynccontextmanager
async def _audit_kept(control: ControlPlane, stop: asyncio.Event) -> AsyncIterator[None]:
    """The audit log is kept within, and for what is left behind it. A keeper that fails for good ends
    the process: nothing goes on unrecorded."""
    over = asyncio.Event()
    keeping = asyncio.get_running_loop().create_task(control.audit.keeper.run(over))
    keeping.add_done_callback(lambda _: stop.set())
    try:
        yield
    finally:
        over.set()
        await keeping


async def _repeat_cuts(control: ControlPlane) -> None:
    """Cut what was revoked lately once more: a relay may have been away, or this process, just then."""
    since = SystemClock().now() - REMEMBERED
    await control.relays.cut_sessions(await control.stores.sessions.revoked_since(since))


async def _catch_up(control: ControlPlane) -> None:
    """Finish what directories pushed just before this process ended."""
    providers = control.services.current.get().configuration.identity_providers
    await control.services.directories.catch_up(p.id for p in providers if p.scim_token_hash)


async def _until(stop: asyncio.Event, control: ControlPlane) -> None:
    """Housekeeping every minute; every second a look at which identity providers are due, which service
    tokens have just ended, and whether a time has come that rules name."""
    refresh_at = time.monotonic() + REFRESH.total_seconds()
    while not stop.is_set():
        try:
            async with asyncio.timeout(TICK):
                await stop.wait()
        except TimeoutError:
            control.services.keeping_up.begin_round()
            await _upkeep(control)
            await _renew_places(control)
            control.services.time_boundaries.begin_round()
            if time.monotonic() >= refresh_at:
                await _refresh(control)
                refresh_at = time.monotonic() + REFRESH.total_seconds()


async def _upkeep(control: ControlPlane) -> None:
    try:
        await control.services.service_token_upkeep.every_second()
    except AccessError:
        log.exception("service tokens could not be looked after; it is tried again in a second")


async def _renew_places(control: ControlPlane) -> None:
    """Follow the database of countries, which somebody may replace; Envoy follows its copy by itself."""
    services = control.services
    if await asyncio.to_thread(services.geography.renew):
        log.info("database of countries renewed", database=services.geography.database())
        try:
            await services.streams.recheck()
        except AccessError:
            log.exception("open streams could not be looked at after a new database of countries")


async def _refresh(control: ControlPlane) -> None:
    now = SystemClock().now()
    try:
        await control.services.tokens.refresh()
        await control.services.publisher.publish()
        configuration, _ = await control.stores.configurations.load()
        control.services.providers.keep_only(configuration.identity_providers)
        await control.services.evaluators.keep_only(configuration.external_evaluations)
        await control.stores.directory.keep_only([p.id for p in configuration.identity_providers])
        await control.stores.one_time_values.remove_expired(now=now)
        await control.stores.sessions.remove_ended(before=now - KEPT)
        await control.services.service_token_upkeep.every_minute()
        for warning in control.status().warnings:
            log.warning(warning)
    except AccessError:
        log.exception("housekeeping failed; it is tried again in a minute")


_GRPC_OPTIONS = (
    ("grpc.max_concurrent_streams", 10_000),
    # Edges ping every five seconds (``envoy.clusters.control_cluster``), also while nothing is to be said. By
    # itself gRPC takes that for an attack, and ends their connections (gRPC proposal A8, "too_many_pings").
    ("grpc.http2.min_ping_interval_without_data_ms", 1000),
    ("grpc.http2.min_recv_ping_interval_without_data_ms", 1000),
    ("grpc.keepalive_permit_without_calls", 1),
)


@asynccontextmanager
async def _grpc(control: ControlPlane) -> AsyncIterator[None]:
    server = grpc.aio.server(options=_GRPC_OPTIONS)
    ads_pb2_grpc.add_AggregatedDiscoveryServiceServicer_to_server(control.ads, server)
    external_auth_pb2_grpc.add_AuthorizationServicer_to_server(control.authorization, server)
    server.add_insecure_port(f"unix:{places.GRPC_SOCKET}")
    await server.start()
    os.chmod(places.GRPC_SOCKET, 0o600)  # noqa: PTH101 - a socket of our own, an instant
    try:
        yield
    finally:
        await server.stop(grace=0.5)


@asynccontextmanager
async def _http(app: ASGIApp, path: Path) -> AsyncIterator[None]:
    async with _served(app, _bound(path)):
        yield


def _bound(path: Path) -> socket.socket:
    """A listening unix socket that only its owner may open; one left behind by a crash gives way."""
    path.unlink(missing_ok=True)
    listening = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    before = os.umask(0o177)
    try:
        listening.bind(str(path))
    finally:
        os.umask(before)
    return listening


@asynccontextmanager
async def _metrics(settings: ControlSettings, control: ControlPlane) -> AsyncIterator[None]:
    if settings.metrics_port is None:
        yield
        return
    listening = socket.create_server(("127.0.0.1", settings.metrics_port))
    async with _served(metrics_application(control), listening):
        yield


@asynccontextmanager
async def _served(app: ASGIApp, listening: socket.socket) -> AsyncIterator[None]:
    config = uvicorn.Config(
        app,
        log_config=None,
        access_log=False,
        lifespan="off",
        proxy_headers=False,
        server_header=False,
        timeout_keep_alive=75,
        timeout_graceful_shutdown=2,
    )
    server = _Server(config)
    serving = asyncio.get_running_loop().create_task(server.serve([listening]))
    try:
        yield
    finally:
        server.should_exit = True
        await serving


class _Server(uvicorn.Server):
    """Leaves signals to the process, which has several servers."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Capture none."""
        yield


def _write_privately(path: Path, content: str) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(content + "\n")
