from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import httpx
import pytest
from starlette.types import ASGIApp

from doorward.bootstrap.certificates_files import ensure_authority
from doorward.bootstrap.control_plane import ControlPlane, edge_settings_of
from doorward.bootstrap.system import SystemClock
from doorward.envoy import names
from doorward.model.errors import Invalid, Unavailable
from doorward.services.status import Status
from doorward.tunnel.token import decode
from tests.bootstrap.control import settings, with_control_plane
from tests.geography.databases import write_database


async def ask(app: ASGIApp, target: str, host: str = "access.localhost") -> httpx.Response:
    headers = {"host": host, names.SOURCE_HEADER: "192.0.2.7", "accept": "text/html"}
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url=f"https://{host}") as client:
        return await client.get(target, headers=headers)


def test_a_control_plane_alone_is_published_but_not_ready(tmp_path: Path) -> None:
    async def story(control: ControlPlane) -> Status:
        return control.status()

    status = with_control_plane(tmp_path / "data", story)
    assert status.published
    assert (status.ready, status.edges, status.relays) == (False, [], 0)


def test_its_pages_and_its_api_answer(tmp_path: Path) -> None:
    async def story(control: ControlPlane) -> tuple[httpx.Response, httpx.Response]:
        return await ask(control.web, "/cdn-cgi/access/login"), await ask(control.api, "/status")

    page, status = with_control_plane(tmp_path / "data", story)
    assert page.status_code == 503
    assert "no identity provider has been set up" in page.text.lower()
    assert status.json()["ready"] is False


def test_keys_and_published_version_outlive_a_restart(tmp_path: Path) -> None:
    async def story(control: ControlPlane) -> tuple[str, str, str]:
        keys = await ask(control.web, "/cdn-cgi/access/certs")
        return keys.text, control.edge_token, control.status().published

    first = with_control_plane(tmp_path / "data", story)
    assert with_control_plane(tmp_path / "data", story) == first


def test_the_edges_own_tunnel_token_names_relay_and_authority(tmp_path: Path) -> None:
    async def story(control: ControlPlane) -> str:
        return control.edge_token

    token = decode(with_control_plane(tmp_path / "data", story))
    authority = ensure_authority(tmp_path / "data" / "keys", SystemClock())
    assert [str(relay) for relay in token.relays] == ["127.0.0.1:7844"]
    assert (token.tunnel, token.server_name) == (names.EDGE_TUNNEL, "relay.doorward.internal")
    assert token.authority
    assert authority.pem.count(b"BEGIN CERTIFICATE") == 1


def test_a_database_of_countries_that_cannot_be_used_keeps_it_from_starting(tmp_path: Path) -> None:
    async def story(control: ControlPlane) -> Status:
        return control.status()

    given = replace(settings(tmp_path / "data"), geoip_database=tmp_path / "none.mmdb")
    with pytest.raises(Unavailable, match=r"^geoip_database: .*none.mmdb cannot be read"):
        with_control_plane(tmp_path / "data", story, given)
    write_database(tmp_path / "none.mmdb")
    status = with_control_plane(tmp_path / "data", story, given)
    assert status.geoip_database is not None
    assert status.geoip_database.kind == "Test-Country"


def test_a_certificate_of_ones_own_that_cannot_be_read_keeps_it_from_starting(tmp_path: Path) -> None:
    async def story(control: ControlPlane) -> Status:
        return control.status()

    given = replace(
        settings(tmp_path / "data"),
        certificate=tmp_path / "none.pem",
        private_key=tmp_path / "none-key.pem",
    )
    with pytest.raises(Invalid, match=r"certificate: .*none\.pem"):
        with_control_plane(tmp_path / "data", story, given)


def test_the_edge_is_told_the_port_that_people_see(tmp_path: Path) -> None:
    edge = edge_settings_of(replace(settings(tmp_path), public_port=443))
    assert edge.issuer == "https://access.localhost"
    assert edge_settings_of(settings(tmp_path)).issuer == "https://access.localhost:8443"
