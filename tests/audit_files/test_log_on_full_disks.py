"""The audit log on disks that do not take everything."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from doorward.audit_files.segments import segment_files
from doorward.model.errors import Unavailable
from tests.audit_files.logs import is_whole, log_in, numbers, some_act
from tests.fakes.audit import FullDisk


@pytest.mark.parametrize("room", [0, 1, 100, 500])
def test_what_a_full_disk_does_not_take_leaves_no_trace_and_room_brings_it_back(
    tmp_path: Path, room: int
) -> None:
    disk = FullDisk()
    log = log_in(tmp_path, disk=disk)
    log.record_now(some_act(1))
    before = segment_files(tmp_path)[0].read_bytes()
    disk.room = room
    with pytest.raises(Unavailable, match=r"No space left on device.*nothing was changed; make room"):
        log.record_now(*(some_act(number) for number in range(2, 9)))
    assert segment_files(tmp_path)[0].read_bytes() == before
    with pytest.raises(Unavailable, match="No space"):
        log.checkpoint()
    disk.room = None
    log.record_now(some_act(10))
    assert numbers(tmp_path) == [1, 10]
    assert is_whole(tmp_path, log.checkpoint()).fault == ""
    log.close()


def test_a_disk_that_is_full_from_the_beginning(tmp_path: Path) -> None:
    disk = FullDisk(room=10)
    log = log_in(tmp_path, disk=disk)
    with pytest.raises(Unavailable):
        log.record_now(some_act())
    disk.room = None
    log.record_now(some_act(5))
    assert numbers(tmp_path) == [5]
    is_whole(tmp_path)
    log.close()


def test_a_disk_that_is_full_when_a_segment_ends(tmp_path: Path) -> None:
    disk = FullDisk()
    log = log_in(tmp_path, disk=disk, segment_size=1)
    log.record_now(some_act(1))
    disk.room = 50
    for _ in range(3):
        with pytest.raises(Unavailable):
            log.record_now(some_act(2))
    disk.room = None
    log.record_now(some_act(3))
    assert numbers(tmp_path) == [1, 3]
    is_whole(tmp_path)
    log.close()


def test_what_the_disk_did_not_confirm_is_not_there(tmp_path: Path) -> None:
    disk = FullDisk()
    log = log_in(tmp_path, disk=disk)
    log.record_now(some_act(1))
    disk.syncs = False
    with pytest.raises(Unavailable, match="Input/output error"):
        log.record_now(some_act(2))
    disk.syncs = True
    log.record_now(some_act(3))
    assert numbers(tmp_path) == [1, 3]
    is_whole(tmp_path)
    log.close()


def test_a_folder_that_is_gone_refuses_and_comes_back(tmp_path: Path) -> None:
    folder = tmp_path / "audit"
    log = log_in(folder)
    folder.rmdir()
    with pytest.raises(Unavailable, match="No such file or directory"):
        log.record_now(some_act(1))
    folder.mkdir()
    log.record_now(some_act(2))
    assert numbers(folder) == [2]
    log.close()


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[tuple[Path, FullDisk | None]]:
    """A folder whose disk has 64 KiB: a file system of its own where this machine lets us have one, the
    same by a disk that counts where it does not."""
    folder = tmp_path / "small"
    folder.mkdir()
    mounted = os.system(f"mount -t tmpfs -o size=64k tmpfs '{folder}' 2>/dev/null") == 0
    try:
        yield folder, None if mounted else FullDisk(room=65536)
    finally:
        if mounted:
            os.system(f"umount '{folder}'")


def test_a_small_disk_fills_up_and_is_given_room_again(small_disk: tuple[Path, FullDisk | None]) -> None:
    folder, disk = small_disk
    ballast = folder / "ballast"
    if disk is None:
        ballast.write_bytes(bytes(32768))
    log = log_in(folder, disk=disk)
    while log.sequence < 1000:
        try:
            log.record_now(some_act(log.sequence))
        except Unavailable as error:
            assert "No space left on device" in str(error)  # noqa: PT017 - it comes at some number
            break
    assert numbers(folder) == [0, *range(2, log.sequence)]
    assert 50 < log.sequence < 1000
    is_whole(folder)
    if disk is None:
        ballast.unlink()
    else:
        disk.room = None
    log.record_now(some_act(5000))
    assert numbers(folder)[-1] == 5000
    is_whole(folder)
    log.close()
