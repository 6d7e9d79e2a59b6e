from __future__ import annotations

import json
import socket
from pathlib import Path

import pytest

from doorward.bootstrap import machine, places
from doorward.bootstrap.data_folder import DataFolder
from doorward.bootstrap.demo import Demonstration
from doorward.bootstrap.envoy_binary import EnvoyBinary
from doorward.bootstrap.supervisor_parts import Part, check_order
from doorward.model.errors import Unavailable
from doorward.settings import Settings


@pytest.fixture
def folder(tmp_path: Path) -> DataFolder:
    opened = DataFolder.open(tmp_path / "data")
    opened.close()
    return opened


def all_parts(folder: DataFolder) -> list[Part]:
    envoy = EnvoyBinary(path=Path("/opt/envoy"), version="1.40.0")
    settings = Settings(data=folder.path, https_port=9443, metrics_port=None)
    return [
        *machine.parts(settings, folder, envoy),
        *machine.sample_parts(settings, folder, Demonstration("hello.localhost", 9444, 9445)),
    ]


def free_ports(count: int) -> list[int]:
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    try:
        return [int(found.getsockname()[1]) for found in sockets]
    finally:
        for found in sockets:
            found.close()


def test_each_part_starts_after_what_it_needs(folder: DataFolder) -> None:
    parts = all_parts(folder)
    check_order(parts)
    assert {part.name: part.start_after for part in parts} == {
        "control": (),
        "relay": ("control",),
        "edge": ("control",),
        "edge-connector": ("relay",),
        "sample": (),
        "entra": (),
        "connector": ("relay", "sample", "entra"),
    }


def test_no_part_is_given_a_secret_where_others_can_read_it(folder: DataFolder) -> None:
    master = (folder.path / "keys" / "master.key").read_text().strip()
    for part in all_parts(folder):
        line = " ".join(part.command)
        assert master not in line
        for word in ("dwt1.", "BEGIN", "password"):
            assert word not in line


def test_parts_work_in_the_data_folder(folder: DataFolder) -> None:
    assert {part.cwd for part in all_parts(folder)} == {folder.path}


def test_the_control_plane_is_told_the_settings(folder: DataFolder) -> None:
    control = all_parts(folder)[0]
    *_, kind, given = control.command
    assert kind == "control"
    assert json.loads(given) == {
        "data": str(folder.path),
        "team_domain": "access.localhost",
        "https_host": "127.0.0.1",
        "https_port": 9443,
        "public_port": 9443,
        "relay_public": ["127.0.0.1:7844"],
        "metrics_port": None,
        "certificate": "",
        "private_key": "",
        "trusted_proxies": [],
        "geoip_database": "",
    }


def test_envoy_runs_the_bootstrap_with_the_threads_that_were_asked_for(folder: DataFolder) -> None:
    edge = next(part for part in all_parts(folder) if part.name == "edge")
    command = list(edge.command)
    assert command[0] == "/opt/envoy"
    assert command[command.index("--config-path") + 1] == str(places.ENVOY_BOOTSTRAP)
    assert command[command.index("--concurrency") + 1] == "2"
    assert edge.drain is not None


def test_preparing_makes_what_the_parts_expect(folder: DataFolder) -> None:
    https, relay = free_ports(2)
    settings = Settings(data=folder.path, https_port=https, relay_port=relay, metrics_port=None)
    machine.prepare(settings, folder)
    machine.prepare(settings, folder)
    assert json.loads((folder.path / places.ENVOY_BOOTSTRAP).read_text())["node"]["id"] == "edge-1"
    assert (folder.path / places.RELAY_CERTIFICATE).exists()
    assert (folder.path / places.FRONT_FOLDER).is_dir()


@pytest.mark.parametrize("taken", ["https_port", "relay_port", "metrics_port"])
def test_a_port_that_is_taken_is_told_by_its_option(folder: DataFolder, taken: str) -> None:
    ports = dict(zip(("https_port", "relay_port", "metrics_port"), free_ports(3), strict=True))
    with socket.create_server(("127.0.0.1", 0)) as held:
        ports[taken] = held.getsockname()[1]
        settings = Settings.model_validate({"data": folder.path, **ports})
        with pytest.raises(Unavailable, match="--" + taken.replace("_", "-")):
            machine.prepare(settings, folder)
    assert not (folder.path / places.ENVOY_BOOTSTRAP).exists()


def test_a_supervisor_has_all_parts_waiting(folder: DataFolder) -> None:
    house = machine.supervisor(all_parts(folder), folder, echo=None)
    assert house.states().keys() == {part.name for part in all_parts(folder)}
