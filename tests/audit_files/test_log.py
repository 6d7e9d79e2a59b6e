from __future__ import annotations

import asyncio
import json
import stat
import threading
from datetime import timedelta
from pathlib import Path

import pytest

from doorward.audit.acts import Act, ActName
from doorward.audit.entries import ActEntry
from doorward.audit.writing import SEGMENT, Position
from doorward.audit_files.log import EVERY_ENTRIES, EVERY_SECONDS
from doorward.audit_files.reading import entries
from doorward.audit_files.segments import segment_files
from doorward.model.errors import Unavailable
from tests.audit.samples import request_line
from tests.audit_files.logs import is_whole, lines_in, log_in, numbers, some_act
from tests.fakes.clock import START, FakeClock

PLACE = Position("a" * 64, 100)


def test_acts_are_chained_in_files_that_only_their_owner_reads(tmp_path: Path) -> None:
    log = log_in(tmp_path / "audit")
    assert asyncio.run(log.record(some_act(1), some_act(2))) == 3
    [path] = segment_files(tmp_path / "audit")
    assert (path.name, stat.S_IMODE(path.stat().st_mode)) == ("000001.jsonl", 0o600)
    assert numbers(tmp_path / "audit") == [1, 2]
    is_whole(tmp_path / "audit")
    log.close()


def test_opening_a_log_writes_nothing(tmp_path: Path) -> None:
    log_in(tmp_path / "audit")
    assert segment_files(tmp_path / "audit") == []


def test_a_log_goes_on_after_a_restart(tmp_path: Path) -> None:
    for number in range(3):
        log = log_in(tmp_path)
        log.record_now(some_act(number))
        log.take_requests([request_line(number)], Position("a" * 64, number))
        log.checkpoint()
        log.close()
    assert numbers(tmp_path) == [0, 1, 2]
    assert is_whole(tmp_path).signed == 9


def test_a_full_segment_is_followed_by_the_next(tmp_path: Path) -> None:
    log = log_in(tmp_path, segment_size=2000)
    for number in range(40):
        log.record_now(some_act(number))
    log.checkpoint()
    assert len(segment_files(tmp_path)) > 2
    assert numbers(tmp_path) == list(range(40))
    is_whole(tmp_path)
    log.close()


def test_a_checkpoint_that_begins_a_segment_vouches_for_all_before_it(tmp_path: Path) -> None:
    log = log_in(tmp_path, segment_size=1)
    log.record_now(some_act())
    checkpoint = log.checkpoint()
    assert len(segment_files(tmp_path)) == 2
    assert is_whole(tmp_path, checkpoint).signed == checkpoint.sequence == 3
    log.close()


def test_without_anything_new_there_is_no_new_checkpoint(tmp_path: Path) -> None:
    log = log_in(tmp_path)
    log.record_now(some_act())
    assert log.checkpoint() == log.checkpoint()
    assert len(lines_in(tmp_path)) == 3
    log.close()


def test_a_checkpoint_is_due_after_a_minute_or_many_entries_but_never_for_nothing(tmp_path: Path) -> None:
    clock = FakeClock()
    log = log_in(tmp_path, clock=clock)
    assert not log.is_checkpoint_due()
    log.record_now(some_act())
    assert log.is_checkpoint_due()  # the first of this process: what was before may be unsigned
    log.checkpoint()
    clock.advance(timedelta(hours=1))
    assert not log.is_checkpoint_due()
    log.checkpoint()
    log.record_now(some_act())
    assert log.is_checkpoint_due()
    log.checkpoint()
    log.record_now(some_act())
    clock.advance(timedelta(seconds=EVERY_SECONDS - 1))
    assert not log.is_checkpoint_due()
    clock.advance(timedelta(hours=-2))
    assert log.is_checkpoint_due()
    clock.advance(timedelta(hours=2))
    log.take_requests([b'{"application":1}'] * EVERY_ENTRIES, PLACE)
    assert log.is_checkpoint_due()
    log.close()


def test_threads_and_tasks_write_one_after_the_other(tmp_path: Path) -> None:
    log = log_in(tmp_path, segment_size=3000)

    def requests() -> None:
        for number in range(50):
            log.take_requests([request_line(number)], Position("a" * 64, number))

    async def acts() -> None:
        await asyncio.gather(*(log.record(some_act(number)) for number in range(20)))

    thread = threading.Thread(target=requests)
    thread.start()
    asyncio.run(acts())
    thread.join()
    log.checkpoint()
    assert sorted(numbers(tmp_path)) == list(range(20))
    is_whole(tmp_path)
    log.close()


# --- crashes, and people with editors -----------------------------------------------------------


def test_half_a_line_from_a_crash_is_cut_off_and_told(tmp_path: Path) -> None:
    log = log_in(tmp_path)
    log.record_now(some_act(1))
    log.close()
    [path] = segment_files(tmp_path)
    with path.open("ab") as file:
        file.write(b'{"sequence":3,"hash":"00')
    log = log_in(tmp_path)
    log.record_now(some_act(2))
    assert numbers(tmp_path) == [1, 2]
    [mended] = [e for e in entries(tmp_path) if isinstance(e, ActEntry) and e.name == ActName.LOG_MENDED]
    assert mended.facts == {"bytes": 24}
    is_whole(tmp_path)
    log.close()


def test_an_empty_segment_from_a_crash_is_left_behind(tmp_path: Path) -> None:
    log = log_in(tmp_path)
    log.record_now(some_act(1))
    log.close()
    (tmp_path / "000002.jsonl").touch()
    log = log_in(tmp_path)
    log.record_now(some_act(2))
    log.close()
    assert numbers(tmp_path) == [1, 2]
    is_whole(tmp_path)


def test_a_damaged_end_is_kept_as_it_is_for_verifying_and_the_log_goes_on(tmp_path: Path) -> None:
    log = log_in(tmp_path)
    log.record_now(some_act(1))
    log.close()
    [path] = segment_files(tmp_path)
    with path.open("ab") as file:
        file.write(b"\0" * 20 + b"\n")
    log = log_in(tmp_path)
    log.record_now(some_act(2))
    log.close()
    assert path.read_bytes().endswith(b"\0\n")
    assert numbers(tmp_path) == [1, 2]
    assert [line.sequence for line in lines_in(tmp_path)] == [1, 2, 3, 4]


def test_a_segment_that_somebody_takes_away_is_missed_and_acts_are_still_kept(tmp_path: Path) -> None:
    log = log_in(tmp_path)
    log.record_now(some_act(1))
    segment_files(tmp_path)[0].unlink()
    log.record_now(some_act(2))
    log.close()
    assert [path.name for path in segment_files(tmp_path)] == ["000002.jsonl"]
    assert numbers(tmp_path) == [2]


def test_a_symbolic_link_in_place_of_a_segment_is_not_written_through(tmp_path: Path) -> None:
    log = log_in(tmp_path / "audit")
    log.record_now(some_act(1))
    log.close()
    [path] = segment_files(tmp_path / "audit")
    path.rename(tmp_path / "elsewhere")
    path.symlink_to(tmp_path / "elsewhere")
    before = path.read_bytes()
    log = log_in(tmp_path / "audit")
    with pytest.raises(Unavailable, match="symbolic links"):
        log.record_now(some_act(2))
    assert path.read_bytes() == before
    log.close()


def test_how_far_the_access_log_was_read_is_known_after_a_restart(tmp_path: Path) -> None:
    log = log_in(tmp_path)
    assert log.read is None
    log.begin_file(Position("a" * 64, 0))
    log.take_requests([request_line(1), request_line(2)], Position("a" * 64, 800))
    log.record_now(some_act())
    log.close()
    log = log_in(tmp_path)
    assert log.read == Position("a" * 64, 0, lines=2)
    log.close()


def test_how_far_is_known_across_segments_and_restarts_before_anything_is_read(tmp_path: Path) -> None:
    log = log_in(tmp_path)
    log.begin_file(Position("a" * 64, 0))
    log.take_requests([request_line(1), request_line(2)], Position("a" * 64, 800))
    log.close()
    for _ in range(3):
        log = log_in(tmp_path, segment_size=1)
        log.record_now(some_act())
        log.close()
    log = log_in(tmp_path)
    assert log.read == Position("a" * 64, 0, lines=2)
    firsts = [line for line in lines_in(tmp_path) if line.entry.startswith(SEGMENT)]
    assert [json.loads(line.entry)["segment"] for line in firsts] == [1, 2, 3, 4]
    log.close()


def test_an_act_has_the_time_and_the_door(tmp_path: Path) -> None:
    log = log_in(tmp_path)
    log.record_now(Act(name=ActName.STARTED, by="administrator"))
    [entry] = entries(tmp_path)
    assert isinstance(entry, ActEntry)
    assert (entry.time, entry.by) == (START, "administrator")
    log.close()
