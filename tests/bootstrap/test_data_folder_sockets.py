"""Sockets in folders with long paths."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from doorward.bootstrap.data_folder_sockets import LONGEST_ADDRESS, socket_address
from doorward.model.errors import Unavailable


def open_files() -> int:
    return sum(1 for _ in Path("/proc/self/fd").iterdir())


def test_a_short_path_is_its_own_address() -> None:
    assert socket_address(Path("/run/doorward/ads.sock")) == "/run/doorward/ads.sock"


def test_a_socket_with_a_long_path_can_be_reached(tmp_path: Path) -> None:
    folder = tmp_path / ("long" * 30)
    folder.mkdir()
    address = socket_address(folder / "ads.sock")
    assert len(address) <= LONGEST_ADDRESS
    with socket.socket(socket.AF_UNIX) as server, socket.socket(socket.AF_UNIX) as client:
        server.bind(address)
        server.listen()
        client.connect(socket_address(folder / "ads.sock"))
    assert (folder / "ads.sock").is_socket()


def test_asking_again_opens_nothing_more(tmp_path: Path) -> None:
    folder = tmp_path / ("long" * 30)
    folder.mkdir()
    socket_address(folder / "ads.sock")
    before = open_files()
    assert {socket_address(folder / "ads.sock") for _ in range(3)} == {socket_address(folder / "ads.sock")}
    assert open_files() == before


def test_a_long_path_to_nowhere_is_named(tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match="cannot be opened: No such file"):
        socket_address(tmp_path / ("long" * 30) / "ads.sock")
