from __future__ import annotations

import hashlib
import json

from hypothesis import given
from hypothesis import strategies as st

from doorward.audit.chain import BEGINNING, Line, Link, chained, follows, parse_line

ENTRIES = st.lists(st.dictionaries(st.text(max_size=5), st.text(max_size=9), max_size=2), max_size=6)


def test_the_first_hash_is_of_thirty_two_zeros_and_the_entry() -> None:
    link, data = chained(BEGINNING, [b'{"act":1}'])
    digest = hashlib.sha256(bytes(32) + b'{"act":1}').hexdigest()
    assert data == b'{"sequence":1,"hash":"%s","entry":{"act":1}}\n' % digest.encode()
    assert link == Link(1, bytes.fromhex(digest))


def test_every_hash_covers_the_one_before() -> None:
    first, _ = chained(BEGINNING, [b"{}"])
    second, data = chained(first, [b"{}"])
    assert second.digest == hashlib.sha256(first.digest + b"{}").digest()
    assert data.startswith(b'{"sequence":2,')


def test_a_batch_is_chained_as_its_entries_one_by_one() -> None:
    entries = [b'{"a":%d}' % number for number in range(5)]
    whole, data = chained(BEGINNING, entries)
    link, pieces = BEGINNING, b""
    for entry in entries:
        link, piece = chained(link, [entry])
        pieces += piece
    assert (link, pieces) == (whole, data)


@given(ENTRIES)
def test_what_was_chained_is_taken_apart_again(entries: list[dict[str, str]]) -> None:
    written = [json.dumps(entry).encode() for entry in entries]
    _, data = chained(BEGINNING, written)
    found = [parse_line(line) for line in data.splitlines(keepends=True)]
    assert [line.entry for line in found if line] == written
    digest = BEGINNING.digest
    for line in found:
        assert line is not None
        assert follows(digest, line)
        digest = line.digest


def test_what_is_no_line_is_not_taken_for_one() -> None:
    _, data = chained(BEGINNING, [b'{"act":1}'])
    assert parse_line(data) is not None
    for wrong in (
        b"",
        b"\n",
        data[:-1],
        data + b"\n",
        b" " + data,
        data.replace(b'"sequence":1', b'"sequence":01'),
        data.replace(b'"sequence":1', b'"sequence":-1'),
        data.replace(b'"hash":"', b'"hash":"0'),
        data.replace(b'"entry"', b'"Entry"'),
        data.replace(b"}}\n", b'},"entry":{}\n'),
        data.replace(b"}}\n", b"}} \n"),
        b'{"sequence":1,"hash":"' + b"A" * 64 + b'","entry":{}}\n',
    ):
        assert parse_line(wrong) is None, wrong


def test_a_changed_byte_of_the_entry_does_not_follow() -> None:
    _, data = chained(BEGINNING, [b'{"act":1}'])
    line = parse_line(data)
    assert line is not None
    assert follows(BEGINNING.digest, line)
    assert not follows(BEGINNING.digest, Line(line.sequence, line.digest, b'{"act":2}'))
    assert not follows(bytes(31) + b"1", line)
