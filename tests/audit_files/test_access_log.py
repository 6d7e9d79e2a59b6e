from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from doorward.audit.writing import Position
from doorward.audit_files.access_log import BATCH, AccessLog
from tests.audit.samples import request_line
from tests.audit_files.edges import WritingEdge


@pytest.fixture
def edge(tmp_path: Path) -> Iterator[WritingEdge]:
    writing = WritingEdge(tmp_path / "access.log")
    yield writing
    writing.close()


def everything(log: AccessLog) -> list[bytes]:
    found: list[bytes] = []
    while lines := log.next_lines().lines:
        found += lines
    return found


def test_lines_are_read_as_they_come_each_once(edge: WritingEdge) -> None:
    log = AccessLog(edge.path)
    assert everything(log) == []
    edge.requests(2)
    assert everything(log) == [request_line(1), request_line(2)]
    edge.requests(1)
    assert everything(log) == [request_line(3)]
    assert everything(log) == []
    log.close()


def test_half_a_line_waits_for_its_other_half(edge: WritingEdge) -> None:
    log = AccessLog(edge.path)
    edge.raw(request_line(1)[:30])
    assert everything(log) == []
    edge.raw(request_line(1)[30:] + b"\n")
    assert everything(log) == [request_line(1)]
    log.close()


def test_a_position_names_the_file_by_its_first_line(edge: WritingEdge) -> None:
    log = AccessLog(edge.path)
    edge.requests(2)
    read = log.next_lines().read
    assert read == Position(hashlib.sha256(request_line(1)).hexdigest(), edge.path.stat().st_size)
    log.close()


def test_reading_goes_on_where_it_was_left(edge: WritingEdge) -> None:
    edge.requests(3)
    first = AccessLog(edge.path)
    read = first.next_lines().read
    first.close()
    edge.requests(2)
    assert read is not None
    again = AccessLog(edge.path)
    assert again.begin(read)
    assert everything(again) == [request_line(4), request_line(5)]
    assert again.begin(Position(read.file, 0, lines=4))
    assert everything(again) == [request_line(5)]
    assert again.begin(Position(read.file, len(request_line(1)) + 1, lines=0))
    assert len(everything(again)) == 4
    again.close()


def test_a_file_that_is_gone_or_was_cut_is_told_and_reading_begins_anew(edge: WritingEdge) -> None:
    edge.requests(2)
    log = AccessLog(edge.path)
    assert not log.begin(Position("f" * 64, 0))
    assert everything(log) == [request_line(1), request_line(2)]
    name = hashlib.sha256(request_line(1)).hexdigest()
    assert not log.begin(Position(name, 10_000))
    assert not log.begin(Position(name, 0, lines=3))
    assert log.begin(None)
    log.close()


def test_a_file_that_is_cut_while_it_is_read_is_noticed(edge: WritingEdge) -> None:
    edge.requests(2)
    log = AccessLog(edge.path)
    everything(log)
    assert not log.was_cut()
    edge.path.write_bytes(b"")
    assert log.was_cut()
    log.close()


def test_a_large_file_comes_in_batches_and_a_line_larger_than_one_comes_whole(edge: WritingEdge) -> None:
    edge.requests(5000)
    long = request_line(0, user_agent="x" * (2 * BATCH)) + b"\n"
    edge.raw(long)
    log = AccessLog(edge.path)
    first = log.next_lines().lines
    assert 0 < sum(map(len, first)) <= BATCH
    rest = everything(log)
    assert len(first) + len(rest) == 5001
    assert rest[-1] == long[:-1]
    log.close()


def test_a_rotation_loses_and_doubles_nothing_and_removes_what_was_read(edge: WritingEdge) -> None:
    log = AccessLog(edge.path, rotate_at=1000)
    aside = edge.path.with_name("access.log.1")
    edge.requests(2)
    found = everything(log)
    log.move_aside()
    assert not aside.exists()
    edge.requests(3)
    found += everything(log)
    log.move_aside()
    assert (aside.exists(), edge.path.exists(), log.must_reopen()) == (True, False, True)
    edge.requests(1)  # the edge has not heard of it yet
    found += everything(log)
    assert not log.finish()
    asyncio.run(edge.reopen())
    edge.requests(2)
    assert not log.must_reopen()
    assert log.is_finished()
    found += everything(log)
    assert log.finish()
    assert not aside.exists()
    found += everything(log)
    assert found == [request_line(number) for number in range(1, 9)]
    log.close()


def test_half_a_line_at_the_end_of_a_file_that_is_over_counts_as_a_line(edge: WritingEdge) -> None:
    log = AccessLog(edge.path, rotate_at=1)
    edge.requests(1)
    edge.raw(b"half")
    found = everything(log)
    log.move_aside()
    asyncio.run(edge.reopen())
    edge.requests(1)
    found += everything(log)
    assert log.finish()
    found += everything(log)
    assert found == [request_line(1), b"half", request_line(2)]
    log.close()


def test_a_file_that_somebody_else_moved_aside_is_read_to_its_end_and_left_there(edge: WritingEdge) -> None:
    log = AccessLog(edge.path)
    edge.requests(1)
    found = everything(log)
    moved = edge.path.rename(edge.path.with_name("access.log-20260301"))
    edge.requests(1)
    asyncio.run(edge.reopen())
    edge.requests(1)
    found += everything(log)
    assert log.finish()
    found += everything(log)
    assert found == [request_line(number) for number in (1, 2, 3)]
    assert moved.exists()
    log.close()


def test_after_a_restart_the_file_moved_aside_comes_first(edge: WritingEdge) -> None:
    log = AccessLog(edge.path, rotate_at=1)
    edge.requests(2)
    read = log.next_lines().read
    log.move_aside()
    log.close()
    edge.requests(1)
    asyncio.run(edge.reopen())
    edge.requests(1)
    again = AccessLog(edge.path)
    assert again.begin(read)
    found = everything(again)
    assert again.finish()
    assert found + everything(again) == [request_line(3), request_line(4)]
    again.close()


def test_a_file_left_aside_by_a_crash_does_not_keep_the_next_rotation_from_happening(
    edge: WritingEdge,
) -> None:
    aside = edge.path.with_name("access.log.1")
    aside.write_bytes(request_line(0) + b"\n")
    edge.requests(1)
    log = AccessLog(edge.path, rotate_at=1)
    assert log.begin(Position(hashlib.sha256(request_line(1)).hexdigest(), 0))
    assert everything(log) == [request_line(1)]
    log.move_aside()
    assert aside.read_bytes() == request_line(1) + b"\n"
    log.close()
