from __future__ import annotations

import re
from collections.abc import Callable, Sequence

import pytest

from doorward.audit.chain import BEGINNING, chained, parse_line
from doorward.audit.checkpoints import Checkpoint
from doorward.audit.verification import Known, Verified, verify, with_numbers
from doorward.audit.writing import checkpoint_entry, segment_entry
from tests.audit.samples import KEYS, OTHER_SIGNER, SIGNER, act, request_line, segment, two_segments
from tests.fakes.clock import START

Log = list[list[bytes]]


def verified(log: Sequence[Sequence[bytes]], *known: Checkpoint, first: int = 1) -> Verified:
    names = ((f"{number:06}.jsonl", lines) for number, lines in enumerate(log, start=first))
    return verify(with_numbers(names), KEYS, [Known(one, "the database") for one in known])


def rechained(log: Log) -> Log:
    """What somebody does who edits and then computes every hash anew."""
    link, made = BEGINNING, []
    for lines in log:
        entries = [line.entry for line in map(parse_line, lines) if line]
        link, data = chained(link, entries)
        made.append(data.splitlines(keepends=True))
    return made


def edited(log: Log, segment: int, line: int, old: bytes, new: bytes) -> Log:
    assert old in log[segment][line]
    log[segment][line] = log[segment][line].replace(old, new)
    return log


def test_an_untouched_log_is_whole() -> None:
    end, log = two_segments()
    found = verified(log)
    assert (found.fault, found.entries, found.signed, found.unfinished) == ("", 10, 9, False)
    assert found.signed_at == START
    assert end.sequence == 10


def test_no_log_at_all_is_whole_until_a_checkpoint_says_that_there_was_one() -> None:
    assert verified([]).fault == ""
    end, _ = two_segments()
    assert "its end was cut off" in verified([], SIGNER.sign(end, START)).fault


@pytest.mark.parametrize(
    ("change", "place", "words"),
    [
        (
            lambda log: edited(log, 0, 2, b"ada@", b"eve@"),
            (1, 3),
            "entry 3 does not fit its hash: it was edited",
        ),
        (lambda log: edited(log, 1, 1, b'"sequence":7', b'"sequence":8'), (2, 2), "entry 7 is missing"),
        (lambda log: edited(log, 1, 1, b'"entry"', b'"entri"'), (2, 2), "not a line of the audit log"),
        (lambda log: [log[0][:1] + log[0][2:], log[1]], (1, 2), "entry 2 is missing before entry 3"),
        (lambda log: [log[0][:1] + log[0][3:], log[1]], (1, 2), "entries 2 to 3 are missing"),
        (
            lambda log: [[log[0][0], log[0][2], log[0][1], *log[0][3:]], log[1]],
            (1, 2),
            "removed or reordered",
        ),
        (lambda log: [[*log[0][:3], log[0][2], *log[0][3:]], log[1]], (1, 4), "repeated or reordered"),
        (lambda log: [log[0]], (1, 5), "the log ends with entry 5, but the signed checkpoint"),
        (lambda log: [log[0], log[1][:-2]], (2, 3), "vouches for 10 entries: its end was cut off"),
        (lambda log: [log[0][:-1], log[1]], (2, 1), "entry 5 is missing"),
        (lambda log: [log[0][1:], log[1]], (1, 1), "entry 1 is missing"),
        (lambda log: [[*log[0], *log[1]]], (1, 6), "does not belong at this place"),
        (lambda log: [log[0], [log[1][0], b"rubbish\n", *log[1][1:]]], (2, 2), "not a line of the audit log"),
        (lambda log: [[*log[0][:-1], log[0][-1][:40]], log[1]], (1, 5), "unfinished, though another"),
    ],
)
def test_a_change_is_found_at_its_line(
    change: Callable[[Log], Log], place: tuple[int, int], words: str
) -> None:
    end, log = two_segments()
    found = verified(change(log), SIGNER.sign(end, START))
    assert words in found.fault
    assert (found.segment, found.line) == (f"{place[0]:06}.jsonl", place[1])


def test_the_first_fault_is_told_and_not_those_that_follow_from_it() -> None:
    _, log = two_segments()
    log = edited(edited(log, 0, 1, b"number", b"nummer"), 1, 2, b"number", b"nummer")
    assert verified(log).fault.startswith("entry 2 ")


def test_hashes_computed_anew_are_found_by_the_checkpoint_that_follows() -> None:
    _, log = two_segments()
    changed = rechained(edited(log, 0, 2, b"ada@", b"eve@"))
    found = verified(changed)
    assert "entry 5 was signed for other entries than those before it" in found.fault


def test_hashes_computed_anew_without_any_checkpoint_are_found_by_the_one_in_the_database() -> None:
    end, log = two_segments()
    edited(log, 0, 2, b"ada@", b"eve@")
    bare = rechained([[line for line in lines if b'"checkpoint"' not in line] for lines in log])
    assert verified(bare).fault == ""
    assert "its end was cut off" in verified(bare, SIGNER.sign(end, START)).fault
    padded = rechained([bare[0], [*bare[1], bare[1][1], bare[1][1]]])
    assert (
        "has another hash than the signed checkpoint from the database"
        in verified(padded, SIGNER.sign(end, START)).fault
    )


def test_a_checkpoint_signed_with_another_key_does_not_count() -> None:
    _, lines = segment(BEGINNING, 1, [act()], signer=OTHER_SIGNER)
    found = verified([lines])
    assert re.search(
        r"entry 3 does not count: it is signed with the key '\w+', which is not known", found.fault
    )


def test_a_checkpoint_from_outside_that_does_not_hold_is_a_fault_of_its_own() -> None:
    end, log = two_segments()
    found = verified(log, OTHER_SIGNER.sign(end, START))
    assert found.fault.startswith("the checkpoint from the database: it is signed with the key")
    assert (found.segment, found.entries) == ("", 0)


def test_a_checkpoint_that_cannot_be_read_is_a_fault() -> None:
    link, data = chained(BEGINNING, [segment_entry(1, START, None), b'{"checkpoint":{}}'])
    assert "entry 2 is a checkpoint that cannot be read" in verified([data.splitlines(keepends=True)]).fault
    assert link.sequence == 2


def test_a_checkpoint_copied_to_a_later_place_is_found() -> None:
    link, data = chained(BEGINNING, [segment_entry(1, START, None)])
    early = SIGNER.sign(link, START)
    _, more = chained(link, [request_line(), checkpoint_entry(early, None)])
    found = verified([(data + more).splitlines(keepends=True)])
    assert "was signed for other entries" in found.fault


def test_a_removed_segment_is_named() -> None:
    _, log = two_segments()
    assert verified([log[1]], first=2).fault == "segment 1 is missing"


def test_an_unfinished_last_line_is_told_and_is_no_fault() -> None:
    end, log = two_segments()
    log[1].append(b'{"sequence":11,"ha')
    found = verified(log, SIGNER.sign(end, START))
    assert (found.fault, found.unfinished, found.entries) == ("", True, 10)


def test_a_line_cut_in_its_middle_is_found_by_the_checkpoint() -> None:
    end, log = two_segments()
    log[1][-1] = log[1][-1][:60]
    assert "its end was cut off" in verified(log, SIGNER.sign(end, START)).fault


def test_two_known_checkpoints_are_both_looked_at() -> None:
    end, log = two_segments()
    middle, _ = segment(BEGINNING, 1, [act(1), request_line(1), act(2)])
    assert verified(log, SIGNER.sign(middle, START), SIGNER.sign(end, START)).fault == ""
