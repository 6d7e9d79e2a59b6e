from __future__ import annotations

import json

import pytest

from doorward.audit.acts import Act, ActName
from doorward.audit.chain import BEGINNING, Link, chained, parse_line
from doorward.audit.writing import (
    ACT,
    CHECKPOINT,
    READ,
    REQUEST,
    SEGMENT,
    UNREADABLE,
    Position,
    act_entry,
    checkpoint_entry,
    is_of_access_log,
    position_of,
    read_entry,
    request_entry,
    segment_entry,
)
from tests.audit.samples import SIGNER, request_line
from tests.fakes.clock import START

PLACE = Position("f" * 64, 4096, 3)
HOSTILE = [
    'x"},"entry":{"act":"signed-in"}}\n{"sequence":1',
    "a\r\nb",
    "\x1b[2J\x1b[31mred",
    '","decision":"allow","x":"',
    "\x00\x85\u2028",
    "\\\\\\",
]


def test_a_line_of_the_edge_is_kept_letter_for_letter() -> None:
    line = request_line(7)
    assert request_entry(line, START) is line
    assert line.startswith(REQUEST)


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("field", ["path", "user_agent", "host"])
def test_what_a_client_says_stays_one_field_of_one_line(field: str, text: str) -> None:
    entry = request_entry(request_line(**{field: text}), START)
    _, data = chained(BEGINNING, [entry])
    assert data.count(b"\n") == 1
    line = parse_line(data)
    assert line is not None
    found = json.loads(line.entry)
    assert (found[field], found["decision"], found["request_id"]) == (text, "allow", "r1")
    assert is_of_access_log(line.entry)


@pytest.mark.parametrize("text", HOSTILE)
def test_what_an_act_says_stays_one_line_without_control_characters(text: str) -> None:
    entry = act_entry(Act(name=ActName.SIGNED_IN, facts={"user_agent": text}), START)
    assert all(32 <= byte < 127 for byte in entry)
    assert json.loads(entry)["facts"] == {"user_agent": text}


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"[]",
        b"not json",
        b"\xff\xfe",
        b'{"act":"signed-in","time":"2026-03-01T12:00:00.000Z","by":"x","facts":{}}',
        b'{"segment":5,"time":"2026-03-01T12:00:00.000Z","read":null}',
        b'{"application":"hello"',
        b'{"application":"a\x1bb"}',
    ],
)
def test_what_the_edge_did_not_write_is_kept_as_a_text_and_never_taken_for_more(line: bytes) -> None:
    entry = request_entry(line, START)
    assert entry.startswith(UNREADABLE)
    assert is_of_access_log(entry)
    assert json.loads(entry)["unreadable"] == line.decode(errors="backslashreplace")


def test_half_a_line_before_a_whole_one_is_kept_beside_it() -> None:
    half, whole = request_line(1)[:50], request_line(2)
    found = json.loads(request_entry(half + whole, START))
    assert found.pop("torn") == half.decode()
    assert found == json.loads(whole)


def test_the_first_key_says_what_an_entry_is() -> None:
    checkpoint = SIGNER.sign(Link(1, bytes(32)), START)
    for entry, prefix in (
        (act_entry(Act(name=ActName.STARTED), START), ACT),
        (segment_entry(3, START, PLACE), SEGMENT),
        (checkpoint_entry(checkpoint, PLACE), CHECKPOINT),
        (read_entry(PLACE, START), READ),
    ):
        assert entry.startswith(prefix)
        assert not is_of_access_log(entry)


def test_book_keeping_says_how_far_the_access_log_was_read() -> None:
    checkpoint = SIGNER.sign(Link(1, bytes(32)), START)
    for entry in (
        segment_entry(3, START, PLACE),
        checkpoint_entry(checkpoint, PLACE),
        read_entry(PLACE, START),
    ):
        assert position_of(entry) == PLACE
    assert position_of(segment_entry(1, START, None)) is None
    assert position_of(request_line()) is None


def test_facts_that_json_cannot_say_are_a_fault_of_the_caller() -> None:
    with pytest.raises(TypeError):
        act_entry(Act(name=ActName.SIGNED_IN, facts={"when": START}), START)
