from __future__ import annotations

from pathlib import Path

from doorward.audit.chain import BEGINNING, chained
from doorward.audit.writing import Position, read_entry, segment_entry
from doorward.audit_files.disk import Disk
from doorward.audit_files.segments import Ending, SegmentFile, ending, segment_files, segment_lines
from tests.audit.samples import act, request_line
from tests.fakes.clock import START


def test_segments_are_in_the_order_of_their_numbers_and_nothing_else_is_one(tmp_path: Path) -> None:
    for name in ("000010.jsonl", "000009.jsonl", "notes.jsonl", "000001.jsonl.bak"):
        (tmp_path / name).write_text(f"{name}\n")
    assert [path.name for path in segment_files(tmp_path)] == ["000009.jsonl", "000010.jsonl"]
    assert list(segment_lines(tmp_path / "000009.jsonl")) == [b"000009.jsonl\n"]
    assert segment_files(tmp_path / "nowhere") == []


def test_an_empty_folder_ends_at_the_beginning(tmp_path: Path) -> None:
    assert ending(tmp_path) == Ending()


def test_the_ending_counts_the_lines_of_the_access_log_after_the_last_position(tmp_path: Path) -> None:
    place = Position("a" * 64, 10)
    entries = [
        segment_entry(1, START, None),
        read_entry(place, START),
        request_line(1),
        act(),
        request_line(2),
    ]
    link, data = chained(BEGINNING, entries)
    (tmp_path / "000001.jsonl").write_bytes(data + b"half")
    assert ending(tmp_path) == Ending(
        segment=1, link=link, read=Position("a" * 64, 10, lines=2), size=len(data), unfinished=4
    )


def test_a_segment_file_is_appended_to_and_closed_and_opened_again(tmp_path: Path) -> None:
    file = SegmentFile(tmp_path / "000003.jsonl", size=0, disk=Disk())
    file.append(b"one\n", durable=True)
    file.close()
    file.append(b"two\n", durable=False)
    file.sync()
    assert (file.number, file.size, file.is_in_place()) == (3, 8, True)
    (tmp_path / "000003.jsonl").rename(tmp_path / "moved")
    assert not file.is_in_place()
    file.close()
    assert not file.is_in_place()
