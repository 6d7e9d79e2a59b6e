"""The supervisor's report, read by another process."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from doorward.bootstrap.supervisor_parts import PartState, State
from doorward.bootstrap.supervisor_report import FILE, read_report, remove_report, write_report
from doorward.model.errors import Unavailable
from tests.fakes.clock import START

STATES = {
    "relay": PartState(pid=7, state=State.READY, restarts=2, since=START),
    "edge": PartState(pid=0, state=State.PAUSING, restarts=1, since=START, detail="was killed by SIGKILL"),
}


@pytest.fixture(name="folder")
def a_data_folder(tmp_path: Path) -> Path:
    (tmp_path / "run").mkdir()
    return tmp_path


def test_what_is_written_is_read(folder: Path) -> None:
    write_report(folder, STATES)
    assert read_report(folder) == STATES
    assert (folder / FILE).stat().st_mode & 0o777 == 0o600
    remove_report(folder)
    assert read_report(folder) == {}
    remove_report(folder)


def test_the_report_of_a_supervisor_that_is_gone_counts_for_nothing(folder: Path) -> None:
    write_report(folder, STATES)
    report = json.loads((folder / FILE).read_text())
    child = os.fork()
    if child == 0:
        os._exit(0)
    os.waitpid(child, 0)
    (folder / FILE).write_text(json.dumps(report | {"supervisor": child}))
    assert read_report(folder) == {}


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"supervisor": 1, "parts": {"relay": {}}}', "\x00"])
def test_a_damaged_report_is_named(folder: Path, text: str) -> None:
    (folder / FILE).write_text(text)
    with pytest.raises(Unavailable, match=r"run/parts\.json is damaged"):
        read_report(folder)


def test_a_report_that_cannot_be_written_ends_nothing(tmp_path: Path) -> None:
    write_report(tmp_path / "nowhere", STATES)
    assert read_report(tmp_path / "nowhere") == {}
