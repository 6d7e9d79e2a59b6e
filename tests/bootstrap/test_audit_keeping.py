from __future__ import annotations

import asyncio
import socket
import tempfile
from dataclasses import replace
from pathlib import Path

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from doorward.audit.entries import ActEntry
from doorward.audit_files.reading import entries
from doorward.bootstrap.audit_keeping import reopen_logs
from doorward.bootstrap.control_plane import ControlPlane
from doorward.model.ids import TunnelId
from doorward.model.tunnel import Tunnel
from doorward.services.audited.configurations import access_document_of
from tests.bootstrap.control import with_control_plane
from tests.serving import serving_on


def acts(data: Path) -> list[ActEntry]:
    return [entry for entry in entries(data / "audit") if isinstance(entry, ActEntry)]


async def kept(control: ControlPlane) -> None:
    """As the process does until it ends."""
    stop = asyncio.Event()
    running = asyncio.get_running_loop().create_task(control.audit.keeper.run(stop))
    # Not through the service, which would wait for an edge.
    configuration, version = await control.audit.stores.configurations.load()
    attic = Tunnel(id=TunnelId(f"t{version}"), name=f"attic-{version}")
    changed = replace(configuration, tunnels=(*configuration.tunnels, attic))
    await control.audit.stores.configurations.save(changed, expected=version)
    stop.set()
    await running


def test_a_start_is_recorded_with_the_configuration_that_was_found(tmp_path: Path) -> None:
    data = tmp_path / "data"
    with_control_plane(data, kept)
    with_control_plane(data, kept)
    starts = [act for act in acts(data) if act.name == "started"]
    assert [act.facts["version"] for act in starts] == [0, 1]
    assert "attic" not in access_document_of(starts[0].facts)
    assert "attic" in access_document_of(starts[1].facts)


def test_everything_that_services_write_is_recorded(tmp_path: Path) -> None:
    data = tmp_path / "data"
    with_control_plane(data, kept)
    names = [act.name for act in acts(data)]
    assert sorted(set(names)) == ["configuration-changed", "signing-key-added", "started"]


def test_envoy_is_told_to_open_its_logs_anew_and_one_that_is_away_is_no_fault() -> None:
    told: list[str] = []

    async def reopen(request: Request) -> Response:
        told.append(request.method)
        return PlainTextResponse("OK\n")

    async def run(folder: Path) -> None:
        path = folder / "admin.sock"
        await reopen_logs(path)()
        app = Starlette(routes=[Route("/reopen_logs", reopen, methods=["POST"])])
        with socket.socket(socket.AF_UNIX) as listening:
            listening.bind(str(path))
            with serving_on(listening, app):
                await reopen_logs(path)()

    with tempfile.TemporaryDirectory() as name:
        asyncio.run(run(Path(name)))
    assert told == ["POST"]
