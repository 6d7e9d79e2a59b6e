from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from doorward.audit.acts import Act, ActName
from doorward.audit.entries import ActEntry, DecisionEntry
from doorward.audit_files.access_log import AccessLog
from doorward.audit_files.keeper import Keeper
from doorward.audit_files.log import EVERY_SECONDS, FileAuditLog
from doorward.audit_files.reading import entries
from doorward.model.errors import Unavailable
from tests.audit_files.edges import WritingEdge
from tests.audit_files.logs import is_whole, log_in, some_act
from tests.fakes.audit import FakeAuditCheckpoints, FullDisk
from tests.fakes.clock import FakeClock

BEGIN = Act(name=ActName.STARTED)


class Kept:
    """A keeper over an edge's log, which can be started again on the same files."""

    def __init__(self, folder: Path, *, rotate_at: int = 1 << 30) -> None:
        self.folder = folder / "audit"
        self.clock = FakeClock()
        self.disk = FullDisk()
        self.checkpoints = FakeAuditCheckpoints()
        self.edge = WritingEdge(folder / "access.log")
        self.reopened = 0
        self._rotate_at = rotate_at
        self._opened: list[AccessLog | FileAuditLog] = []
        self.log, self.keeper = self._begin()

    def _begin(self) -> tuple[FileAuditLog, Keeper]:
        log = log_in(self.folder, clock=self.clock, disk=self.disk)
        access_log = AccessLog(self.edge.path, rotate_at=self._rotate_at)
        self._opened += [log, access_log]
        keeper = Keeper(
            log,
            access_log,
            checkpoints=self.checkpoints,
            reopen=self._reopen,
            clock=self.clock,
            begin=BEGIN,
        )
        return log, keeper

    async def _reopen(self) -> None:
        self.reopened += 1
        await self.edge.reopen()

    def close(self) -> None:
        self.edge.close()
        for each in self._opened:
            each.close()

    def restart(self) -> None:
        """As after kill -9: nothing is finished, nothing is closed in order."""
        self.log, self.keeper = self._begin()

    def rounds(self, count: int = 1) -> None:
        async def work() -> None:
            for _ in range(count):
                await self.keeper.round()

        with capture_logs():
            asyncio.run(work())

    @property
    def ids(self) -> list[str]:
        return [e.request_id for e in entries(self.folder) if isinstance(e, DecisionEntry)]

    @property
    def acts(self) -> list[str]:
        return [e.name for e in entries(self.folder) if isinstance(e, ActEntry)]

    def expected(self) -> list[str]:
        return [f"r{number}" for number in range(1, self.edge.written + 1)]


@pytest.fixture
def kept(tmp_path: Path) -> Iterator[Kept]:
    made = Kept(tmp_path)
    yield made
    made.close()


def test_every_request_is_in_the_audit_log_once_and_in_order(kept: Kept) -> None:
    kept.edge.requests(3)
    kept.rounds()
    kept.log.record_now(some_act())
    kept.edge.requests(2)
    kept.rounds(2)
    assert kept.ids == kept.expected()
    assert kept.acts == ["started", "sessions-ended"]
    is_whole(kept.folder)


def test_what_the_edge_served_while_nobody_read_comes_after_the_restart(kept: Kept) -> None:
    kept.edge.requests(3)
    kept.rounds()
    for _ in range(3):
        kept.edge.requests(4)
        kept.restart()
        kept.rounds()
    assert kept.ids == kept.expected()
    assert kept.acts == ["started"] * 4
    is_whole(kept.folder)


def test_a_log_that_grows_large_is_moved_aside_read_to_its_end_and_removed(tmp_path: Path) -> None:
    kept = Kept(tmp_path, rotate_at=2000)
    for _ in range(10):
        kept.edge.requests(5)
        kept.rounds()
    kept.rounds(2)
    assert kept.ids == kept.expected()
    assert kept.reopened >= 3
    assert sum(path.stat().st_size for path in tmp_path.glob("access.log*")) < 8000
    is_whole(kept.folder)
    kept.close()


def test_a_restart_at_any_moment_of_a_rotation_loses_and_doubles_nothing(tmp_path: Path) -> None:
    kept = Kept(tmp_path, rotate_at=2000)
    for number in range(30):
        kept.edge.requests(2)
        kept.rounds()
        if number % 3:
            kept.restart()
    kept.rounds(3)
    assert kept.ids == kept.expected()
    assert kept.acts == ["started"] * 21
    is_whole(kept.folder)
    kept.close()


def test_a_full_disk_holds_reading_up_and_room_lets_it_go_on(kept: Kept) -> None:
    kept.edge.requests(2)
    kept.rounds()
    kept.disk.room = 300
    kept.edge.requests(3)
    kept.rounds(2)
    assert "No space left on device" in kept.keeper.problem
    with pytest.raises(Unavailable):
        kept.log.record_now(some_act())
    kept.disk.room = None
    kept.edge.requests(1)
    kept.rounds()
    assert kept.keeper.problem == ""
    assert kept.ids == kept.expected()
    is_whole(kept.folder)


def test_a_control_plane_can_start_while_the_disk_is_full(kept: Kept) -> None:
    kept.edge.requests(2)
    kept.rounds()
    kept.restart()
    kept.disk.room = 0
    kept.edge.requests(1)
    kept.rounds()
    assert kept.keeper.problem
    kept.disk.room = None
    kept.rounds()
    assert kept.ids == kept.expected()
    assert kept.acts == ["started", "started"]


def test_a_problem_is_said_once_and_so_is_its_end(kept: Kept) -> None:
    kept.disk.room = 0

    async def work() -> None:
        for _ in range(3):
            await kept.keeper.round()
        kept.disk.room = None
        for _ in range(3):
            await kept.keeper.round()

    with capture_logs() as logs:
        asyncio.run(work())
    assert [line["event"] for line in logs] == ["the audit log is not kept", "the audit log is kept again"]


def test_checkpoints_come_at_once_after_a_start_and_then_every_minute_while_entries_come(kept: Kept) -> None:
    kept.rounds()
    first = kept.checkpoints.kept
    assert first is not None
    kept.edge.requests(1)
    kept.rounds()
    assert kept.checkpoints.kept == first
    kept.clock.advance(timedelta(seconds=EVERY_SECONDS))
    kept.rounds()
    second = kept.checkpoints.kept
    assert second is not None
    assert second.sequence > first.sequence
    kept.clock.advance(timedelta(hours=1))
    kept.rounds()
    assert kept.checkpoints.kept == second
    is_whole(kept.folder, first, second)


def test_a_checkpoint_that_the_database_did_not_take_is_offered_again(kept: Kept) -> None:
    kept.checkpoints.error = Unavailable("the database is locked")
    kept.rounds(2)
    assert kept.keeper.problem == "the database is locked"
    kept.checkpoints.error = None
    kept.rounds()
    assert kept.checkpoints.kept is not None
    assert is_whole(kept.folder, kept.checkpoints.kept).signed == kept.checkpoints.kept.sequence


def test_a_stop_reads_what_is_left_and_signs_it(kept: Kept) -> None:
    async def story() -> None:
        stop = asyncio.Event()
        running = asyncio.get_running_loop().create_task(kept.keeper.run(stop))
        await asyncio.sleep(0)
        kept.edge.requests(7)
        stop.set()
        await running

    with capture_logs():
        asyncio.run(story())
    assert kept.ids == kept.expected()
    found = is_whole(kept.folder)
    assert found.signed == found.entries - 1
    assert kept.checkpoints.kept is not None
    assert kept.checkpoints.kept.sequence == found.signed


def test_an_access_log_that_was_cut_or_taken_away_is_told_as_a_gap(kept: Kept) -> None:
    kept.edge.requests(3)
    kept.rounds()
    kept.edge.path.write_bytes(b"")
    kept.rounds()
    kept.edge.requests(1)
    kept.rounds()
    assert kept.acts == ["started", "access-log-gap"]
    assert kept.ids == kept.expected()
    kept.edge.path.unlink()
    asyncio.run(kept.edge.reopen())
    kept.edge.requests(1)
    kept.restart()
    kept.rounds()
    assert kept.acts[-1] == "access-log-gap"
    assert kept.ids == kept.expected()
    is_whole(kept.folder)


def test_rubbish_in_the_access_log_becomes_entries_that_verify(kept: Kept) -> None:
    kept.edge.requests(1)
    kept.edge.raw(b"\xff\x00rubbish\n\n" + b'{"act":"signed-in","time":"","by":"","facts":{}}\n')
    kept.edge.requests(1)
    kept.rounds()
    kept.restart()
    kept.edge.requests(1)
    kept.rounds()
    assert kept.ids == kept.expected()
    assert kept.acts.count("unreadable") == 3
    assert "signed-in" not in kept.acts
    is_whole(kept.folder)
