"""The data folder: made, checked, locked, and the key in it."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from doorward.bootstrap.data_folder import DataFolder
from doorward.model.errors import Unavailable
from tests.bootstrap.users import as_somebody, give_away


@contextmanager
def opened(path: Path) -> Iterator[DataFolder]:
    folder = DataFolder.open(path)
    try:
        yield folder
    finally:
        folder.close()


def refusal(path: Path) -> str:
    with pytest.raises(Unavailable) as caught:
        DataFolder.open(path)
    return str(caught.value)


def mode(path: Path) -> int:
    return path.stat().st_mode & 0o777


def test_a_new_folder_is_for_its_user_alone(tmp_path: Path) -> None:
    with opened(tmp_path / "new") as folder:
        assert folder.path == tmp_path / "new"
        assert [mode(path) for path in (folder.path, folder.keys, folder.logs, folder.run)] == [0o700] * 4
        assert mode(folder.keys / "master.key") == 0o600
        assert folder.database == tmp_path / "new" / "doorward.db"


def test_the_master_key_is_made_once(tmp_path: Path) -> None:
    with opened(tmp_path / "data") as first:
        derived = first.derive("cookies")
    with opened(tmp_path / "data") as second:
        assert second.derive("cookies") == derived
        assert DataFolder.attach(tmp_path / "data").derive("cookies") == derived
    with opened(tmp_path / "other") as other:
        assert other.derive("cookies") != derived


def test_keys_for_different_purposes_differ(tmp_path: Path) -> None:
    with opened(tmp_path / "data") as folder:
        keys = {folder.derive(purpose) for purpose in ("cookies", "fields", "tokens")}
        assert {len(key) for key in keys} == {32}
        assert len(keys) == 3


def test_two_doorwards_cannot_share_a_folder(tmp_path: Path) -> None:
    holder = f"from pathlib import Path\nfrom doorward.bootstrap.data_folder import DataFolder\n\
folder = DataFolder.open(Path({str(tmp_path / 'data')!r}))\nprint('open', flush=True)\ninput()"
    with subprocess.Popen(
        [sys.executable, "-c", holder], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"open\n"
        assert f"in use by another Doorward (process {process.pid})" in refusal(tmp_path / "data")
        process.kill()
    DataFolder.open(tmp_path / "data").close()


def test_sockets_of_a_killed_doorward_are_cleared_away_and_nothing_else(tmp_path: Path) -> None:
    with opened(tmp_path / "data") as folder:
        with socket.socket(socket.AF_UNIX) as left:
            left.bind(str(folder.run / "ads.sock"))
        (folder.run / "parts.json").write_text("{}")
    with opened(tmp_path / "data") as folder:
        assert [path.name for path in folder.run.iterdir()] == ["parts.json"]


def test_a_lost_master_key_is_not_replaced_while_there_is_a_database(tmp_path: Path) -> None:
    with opened(tmp_path / "data") as folder:
        folder.database.write_bytes(b"")
        (folder.keys / "master.key").unlink()
    assert "put the key back from your backup" in refusal(tmp_path / "data")
    assert not (tmp_path / "data" / "keys" / "master.key").exists()


@pytest.mark.parametrize("text", ["", "c2hvcnQ=", "not base64 at all", "!" * 44])
def test_a_damaged_master_key_is_refused_and_kept(tmp_path: Path, text: str) -> None:
    with opened(tmp_path / "data") as folder:
        key = folder.keys / "master.key"
        key.write_text(text)
    assert refusal(tmp_path / "data") == f"{key} is damaged: put the key back from your backup"
    assert key.read_text() == text


def test_a_master_key_that_others_can_read_is_refused(tmp_path: Path) -> None:
    with opened(tmp_path / "data") as folder:
        key = folder.keys / "master.key"
        key.chmod(0o640)
    assert refusal(tmp_path / "data") == f"{key} can be read by other users: run chmod 600 {key}"


def test_a_folder_that_others_can_write_is_refused(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data").chmod(0o777)
    assert "run chmod go-w" in refusal(tmp_path / "data")
    assert list((tmp_path / "data").iterdir()) == []


@pytest.mark.parametrize("name", ["file", "file/inside"])
def test_a_file_in_the_place_of_the_folder_is_named(tmp_path: Path, name: str) -> None:
    (tmp_path / "file").write_text("mine")
    message = refusal(tmp_path / name)
    assert message.startswith(str(tmp_path / name))
    assert message.endswith("give another data folder with --data")
    assert (tmp_path / "file").read_text() == "mine"


def test_a_failed_opening_leaves_the_folder_unlocked(tmp_path: Path) -> None:
    with opened(tmp_path / "data") as folder:
        key = folder.keys / "master.key"
        key.chmod(0o644)
    refusal(tmp_path / "data")
    key.chmod(0o600)
    DataFolder.open(tmp_path / "data").close()


def test_attaching_to_a_folder_that_is_not_there_makes_none(tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match="does not exist: is Doorward running"):
        DataFolder.attach(tmp_path / "data")
    assert not (tmp_path / "data").exists()


OPEN = """
from doorward.bootstrap.data_folder import DataFolder; from doorward.model.errors import Unavailable
import sys
from pathlib import Path
try:
    DataFolder.open(Path(sys.argv[1]))
except Unavailable as error:
    print(error)
"""


def test_a_folder_without_permissions_says_what_to_run(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    folder.mkdir(mode=0o000)
    give_away(folder)
    assert f"run chmod u+rwx {folder}" in as_somebody(OPEN, str(folder))
    folder.chmod(0o700)


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    parent = tmp_path / "parent"
    parent.mkdir(mode=0o500)
    give_away(parent)
    said = as_somebody(OPEN, str(parent / "data"))
    assert said.startswith(f"{parent / 'data'} cannot be created (Permission denied)")


def test_the_folder_of_another_user_is_refused(tmp_path: Path) -> None:
    if os.geteuid() == 0:
        (tmp_path / "data").mkdir()
        give_away(tmp_path / "data")
        path = tmp_path / "data"
    else:
        path = Path("/")
    assert "but Doorward runs as user" in refusal(path)
