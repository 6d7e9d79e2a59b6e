"""Files stay small enough to be read at once. There is no list of exceptions."""

from __future__ import annotations

from tests.arch.places import ROOT, python_files

LONGEST = 350


def test_no_python_file_is_longer_than_one_can_read_at_once() -> None:
    lengths = {path.relative_to(ROOT): len(path.read_text().splitlines()) for path in python_files()}
    assert {str(path): length for path, length in lengths.items() if length > LONGEST} == {}
