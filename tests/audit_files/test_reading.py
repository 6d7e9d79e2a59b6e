from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from doorward.audit.acts import Act, ActName
from doorward.audit.checkpoints import Keys
from doorward.audit.entries import ActEntry, DecisionEntry
from doorward.audit.writing import Position
from doorward.audit_files.reading import acts, decision_of, entries, verify_folder
from doorward.audit_files.segments import segment_files
from tests.audit.samples import KEYS, request_line
from tests.audit_files.logs import log_in, some_act
from tests.fakes.clock import START, FakeClock

HOUR = timedelta(hours=1)


def hourly(folder: Path, hours: int) -> None:
    """An act every hour, each in a segment of its own."""
    clock = FakeClock()
    log = log_in(folder, clock=clock, segment_size=1)
    for number in range(hours):
        log.record_now(some_act(number))
        clock.advance(HOUR)
    log.close()


def numbers(folder: Path, hours: float) -> list[int]:
    found = entries(folder, START + hours * HOUR)
    return [entry.facts["number"] for entry in found if isinstance(entry, ActEntry)]


def test_entries_since_an_instant_are_all_of_that_time_or_later(tmp_path: Path) -> None:
    hourly(tmp_path, 6)
    assert numbers(tmp_path, 0) == [0, 1, 2, 3, 4, 5]
    assert numbers(tmp_path, 3) == [3, 4, 5]
    assert numbers(tmp_path, 3.5) == [4, 5]
    assert numbers(tmp_path, 9) == []
    assert list(entries(tmp_path / "nowhere")) == []


def test_segments_from_before_are_not_looked_into(tmp_path: Path) -> None:
    hourly(tmp_path, 6)
    for path in segment_files(tmp_path)[:3]:
        head, *rest = path.read_bytes().splitlines(keepends=True)
        path.write_bytes(head + b"".join(rest).replace(b'"time":"2026-03-01T1', b'"time":"2027-03-01T1'))
    assert numbers(tmp_path, 4) == [4, 5]
    assert numbers(tmp_path, 0) == [0, 1, 2, 3, 4, 5]


def test_a_request_that_began_long_before_it_was_written_is_found(tmp_path: Path) -> None:
    clock = FakeClock()
    log = log_in(tmp_path, clock=clock, segment_size=1)
    log.record_now(some_act(0))
    clock.advance(5 * HOUR)
    log.record_now(some_act(1))
    log.take_requests([request_line(1, time="2026-03-01T14:00:00.000Z")], Position("a" * 64, 1))
    log.close()
    [entry] = [e for e in entries(tmp_path, START + 2 * HOUR) if isinstance(e, DecisionEntry)]
    assert entry.request_id == "r1"


def test_a_damaged_line_is_left_out_and_the_others_are_read(tmp_path: Path) -> None:
    log = log_in(tmp_path)
    for number in range(3):
        log.record_now(some_act(number))
    log.close()
    [path] = segment_files(tmp_path)
    lines = path.read_bytes().splitlines(keepends=True)
    lines[2] = b"damage\n"
    path.write_bytes(b"".join(lines) + b'{"sequence":9,')
    assert numbers(tmp_path, 0) == [0, 2]


def test_a_folder_is_verified_line_by_line(tmp_path: Path) -> None:
    log = log_in(tmp_path)
    log.record_now(some_act())
    log.checkpoint()
    log.close()
    assert verify_folder(tmp_path, KEYS, []).fault == ""
    assert "which is not known here" in verify_folder(tmp_path, Keys([]), []).fault
    (tmp_path / "000001.jsonl").rename(tmp_path / "000002.jsonl")
    assert verify_folder(tmp_path, KEYS, []).fault == "segment 1 is missing"


def test_every_act_from_before_is_read_too_where_that_is_asked_for(tmp_path: Path) -> None:
    clock = FakeClock()
    log = log_in(tmp_path, clock=clock, segment_size=1)
    for hour in range(4):
        log.record_now(some_act(hour))
        time = f"2026-03-01T{12 + hour}:30:00.000Z"
        log.take_requests([request_line(hour, time=time)], Position("a" * 64, hour))
        clock.advance(HOUR)
    log.close()
    found = list(entries(tmp_path, START + 2 * HOUR, all_acts=True))
    assert [e.facts["number"] for e in found if isinstance(e, ActEntry)] == [0, 1, 2, 3]
    assert [e.request_id for e in found if isinstance(e, DecisionEntry)] == ["r2", "r3"]
    assert [act.facts["number"] for act in acts(tmp_path)] == [0, 1, 2, 3]


def test_a_decision_is_found_by_the_id_of_its_request_alone(tmp_path: Path) -> None:
    log = log_in(tmp_path, segment_size=1)
    lines = [request_line(1, user_agent="r2"), request_line(2, path='/"request_id":"r3"'), request_line(3)]
    for number, line in enumerate(lines):
        log.take_requests([line], Position("a" * 64, number))
    log.close()
    found = [decision_of(tmp_path, name) for name in ("r1", "r2", "r3", "r4", "", '"')]
    assert [each.request_id if each else None for each in found] == ["r1", "r2", "r3", None, None, None]
    assert decision_of(tmp_path / "nowhere", "r1") is None


def test_what_a_page_told_of_is_found_before_the_entry_of_the_page(tmp_path: Path) -> None:
    log = log_in(tmp_path)
    denied = {"application": "hello", "request_id": "r1", "decision": "deny", "reason": "not-included"}
    log.record_now(Act(name=ActName.ACCESS_DENIED, facts=denied))
    log.take_requests([request_line(1, application="(doorward)", decision=None)], Position("a" * 64, 1))
    log.close()
    found = decision_of(tmp_path, "r1")
    assert found is not None
    assert (found.application, found.decision) == ("hello", "deny")
    assert list(acts(tmp_path)) == []
