"""One machine with everything: which parts run on it, how, and in which order."""

from __future__ import annotations

import asyncio
import dataclasses
import json
import sys
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import TextIO

import httpx

from doorward.bootstrap import places
from doorward.bootstrap.certificates_files import ensure_authority, ensure_certificate
from doorward.bootstrap.data_folder import DataFolder
from doorward.bootstrap.demo import Demonstration
from doorward.bootstrap.envoy_binary import EnvoyBinary
from doorward.bootstrap.port_check import WantedPort, check_ports_free
from doorward.bootstrap.supervisor import Supervisor
from doorward.bootstrap.supervisor_parts import Drain, Part, Probe, Stop
from doorward.bootstrap.supervisor_probes import every, http_over_unix_socket, line_printed, tcp_port
from doorward.bootstrap.system import SystemClock
from doorward.envoy.bootstrap import BootstrapSettings, build_bootstrap
from doorward.settings import Settings

CONTROL, RELAY, EDGE = "control", "relay", "edge"
DRAIN_SECONDS = 5


def ports(settings: Settings) -> list[WantedPort]:
    """Where the parts of this machine are going to listen."""
    found = [
        WantedPort(settings.https_host, settings.https_port, "--https-port"),
        WantedPort(settings.relay_host, settings.relay_port, "--relay-port"),
    ]
    if settings.metrics_port:
        found.append(WantedPort("127.0.0.1", settings.metrics_port, "--metrics-port"))
    return found


def prepare(settings: Settings, folder: DataFolder) -> None:
    """Make what the parts expect to find: Envoy's bootstrap and the relay's certificate.

    Raises Unavailable when a port is taken, naming who has it.
    """
    check_ports_free(ports(settings))
    clock = SystemClock()
    authority = ensure_authority(folder.keys, clock)
    ensure_certificate(authority, folder.path / places.RELAY_CERTIFICATE, [places.RELAY_NAME], clock=clock)
    bootstrap = BootstrapSettings(
        edge_id="edge-1",
        control_socket=str(places.GRPC_SOCKET),
        admin_socket=str(places.ENVOY_ADMIN_SOCKET),
    )
    (folder.path / places.ENVOY_BOOTSTRAP).write_text(build_bootstrap(bootstrap))
    (folder.path / places.FRONT_FOLDER).mkdir(mode=0o700, exist_ok=True)


def parts(settings: Settings, folder: DataFolder, envoy: EnvoyBinary) -> list[Part]:
    """The parts of this machine, each a process of its own."""
    edge_connector = _python_part(
        "edge-connector",
        "connector",
        {"token_file": str(places.EDGE_TOKEN)},
        folder,
        ready=line_printed("ready"),
        start_after=(RELAY,),
    )
    return [
        _control(settings, folder),
        _relay(settings, folder),
        _edge(settings, folder, envoy),
        edge_connector,
    ]


def sample_parts(settings: Settings, folder: DataFolder, shown: Demonstration) -> list[Part]:
    """The demonstration's application, the connector beside it, and the stand-in for Entra, if any."""
    ready = tcp_port("127.0.0.1", shown.port)
    application = _python_part("sample", "sample", {"port": shown.port}, folder, ready=ready)
    found = [application]
    if shown.entra_port is not None:
        port = settings.port_in_urls
        team = f"https://{settings.team}" + ("" if port == 443 else f":{port}")
        given = {"port": shown.entra_port, "team_url": team}
        ready = tcp_port("127.0.0.1", shown.entra_port)
        found.append(_python_part("entra", "sample-entra", given, folder, ready=ready))
    connector = _python_part(
        "connector",
        "sample-connector",
        dataclasses.asdict(shown),
        folder,
        ready=line_printed("ready"),
        start_after=(RELAY, *(part.name for part in found)),
    )
    return [*found, connector]


def supervisor(found: list[Part], folder: DataFolder, *, echo: TextIO | None) -> Supervisor:
    """Keeps the parts running."""
    return Supervisor(found, folder=folder.path, clock=SystemClock(), echo=echo)


def _control(settings: Settings, folder: DataFolder) -> Part:
    given = {
        "data": str(folder.path),
        "team_domain": settings.team,
        "https_host": settings.https_host,
        "https_port": settings.https_port,
        "public_port": settings.port_in_urls,
        "relay_public": [settings.relay_endpoint],
        "metrics_port": settings.metrics_port,
        "certificate": str(settings.certificate or ""),
        "private_key": str(settings.private_key or ""),
        "trusted_proxies": settings.trusted_proxies,
        "geoip_database": str(settings.geoip_database or ""),
    }
    ready = http_over_unix_socket(places.API_SOCKET, "/status")
    return _python_part(CONTROL, CONTROL, given, folder, ready=ready)


def _relay(settings: Settings, folder: DataFolder) -> Part:
    given = {"listen_host": settings.relay_host, "listen_port": settings.relay_port}
    return _python_part(RELAY, RELAY, given, folder, ready=line_printed("ready"), start_after=(CONTROL,))


def _edge(settings: Settings, folder: DataFolder, envoy: EnvoyBinary) -> Part:
    admin = places.ENVOY_ADMIN_SOCKET
    return Part(
        name=EDGE,
        command=[
            str(envoy.path),
            "--config-path",
            str(places.ENVOY_BOOTSTRAP),
            "--concurrency",
            str(settings.concurrency),
            "--log-level",
            "warning",
            "--use-dynamic-base-id",
            "--drain-time-s",
            str(DRAIN_SECONDS),
            "--file-flush-interval-msec",
            "500",
        ],
        cwd=folder.path,
        # Envoy calls itself ready without a listener, too, when it has refused the one it was sent.
        ready=every(
            http_over_unix_socket(admin, "/ready"), tcp_port(settings.https_host, settings.https_port)
        ),
        stop=Stop(grace=timedelta(seconds=DRAIN_SECONDS)),
        drain=_drain_edge(admin),
        start_after=(CONTROL,),
    )


def _drain_edge(admin: Path) -> Drain:
    """Tell people's connections that the edge goes away, so that they are not cut in mid-request."""

    async def drain() -> None:
        transport = httpx.AsyncHTTPTransport(uds=str(admin))
        async with httpx.AsyncClient(transport=transport, timeout=1) as client:
            await client.post("http://envoy/drain_listeners?graceful&skip_exit")
            for _ in range(DRAIN_SECONDS * 5):
                answer = await client.get("http://envoy/stats?filter=public.downstream_rq_active$")
                if answer.text.rstrip().endswith(" 0"):
                    return
                await asyncio.sleep(0.2)

    return drain


def _python_part(
    name: str,
    kind: str,
    settings: Mapping[str, object],
    folder: DataFolder,
    *,
    ready: Probe,
    start_after: tuple[str, ...] = (),
) -> Part:
    return Part(
        name=name,
        command=[sys.executable, "-m", "doorward.bootstrap.part", kind, json.dumps(settings)],
        cwd=folder.path,
        ready=ready,
        start_after=start_after,
    )
