from __future__ import annotations

import json
from pathlib import Path

import pytest

from doorward.audit.acts import Act, ActName
from doorward.audit.writing import Position
from doorward.audit_files.log import FileAuditLog
from doorward.audit_files.segments import segment_files
from doorward.bootstrap.audit_key import audit_signer
from doorward.bootstrap.system import SystemClock
from tests.audit.samples import request_line
from tests.bootstrap.control import with_control_plane
from tests.bootstrap.test_audit_keeping import kept
from tests.cli.commands import run

PLACE = Position("a" * 64, 1)
ESCAPE = "\x1b[31m\r\nForged entry"


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A stopped Doorward, in whose log are a few requests."""
    folder = tmp_path / "data"
    with_control_plane(folder, kept)
    signer = audit_signer(folder / "keys", folder / "audit")
    log = FileAuditLog(folder / "audit", signer=signer, clock=SystemClock())
    requests = [
        request_line(1),
        request_line(2, application="wiki", person="bob@example.com", decision="deny", reason="not-included"),
        request_line(3, person=None, path=f"/{ESCAPE}", user_agent=ESCAPE),
    ]
    log.take_requests(requests, PLACE)
    sessions = [{"session": "s1", "email": "ada@example.com"}]
    log.record_now(Act(name=ActName.SESSIONS_ENDED, facts={"sessions": sessions, "why": "Enough."}))
    log.close()
    return folder


def says(data: Path, *words: str) -> str:
    result = run("audit", *words, "--data", str(data))
    assert result.exit_code == 0, result.output
    return result.stdout


def ids(data: Path, *words: str) -> list[object]:
    found = json.loads(says(data, "list", "--json", *words))
    return [entry.get("request_id") or entry.get("act") for entry in found]


def test_entries_are_listed_with_who_what_and_why(data: Path) -> None:
    lines = says(data, "list").splitlines()
    assert any("bob@example.com" in line and "deny" in line and "not-included" in line for line in lines)
    assert any("sessions-ended" in line and "Enough." in line for line in lines)
    assert any("created tunnel attic" in line for line in lines)


def test_entries_are_picked_by_person_application_request_kind_and_age(data: Path) -> None:
    assert ids(data, "--person", "Bob@example.com") == ["r2"]
    assert ids(data, "--person", "ada@example.com") == ["r1", "sessions-ended"]
    assert ids(data, "--application", "wiki") == ["r2"]
    assert ids(data, "--request-id", "r3") == ["r3"]
    assert ids(data, "--kind", "decision") == ["r1", "r2", "r3"]
    assert "sessions-ended" in ids(data, "--kind", "act")
    assert "r1" not in ids(data, "--since", "1h")
    assert "sessions-ended" in ids(data, "--since", "1h")
    assert ids(data, "--request-id", "none") == []
    assert "There is no such entry." in says(data, "list", "--request-id", "none")


def test_what_clients_wrote_cannot_steer_a_terminal_or_make_up_lines(data: Path) -> None:
    for words in (("list",), ("list", "--json")):
        output = says(data, *words)
        assert "\x1b" not in output
        assert not any(line.startswith("Forged") for line in output.splitlines())
    [entry] = json.loads(says(data, "list", "--json", "--request-id", "r3"))
    assert (entry["path"], entry["user_agent"]) == (f"/{ESCAPE}", ESCAPE)


def test_a_duration_that_is_none_is_refused(data: Path) -> None:
    result = run("audit", "list", "--since", "yesterday", "--data", str(data))
    assert result.exit_code == 1
    assert "--since: 'yesterday' is not a duration: use a number and s, m, h or d" in result.stderr


def test_a_log_is_verified(data: Path) -> None:
    text = says(data, "verify")
    assert "The audit log is whole" in text
    assert "the 4 after it are chained, and not signed yet" in text
    found = json.loads(says(data, "verify", "--json"))
    assert (found["whole"], found["fault"], found["unfinished"]) == (True, "", False)


def test_a_changed_log_is_told_with_its_line_and_exit_code_1(data: Path) -> None:
    [path] = segment_files(data / "audit")
    path.write_bytes(path.read_bytes().replace(b"bob@", b"eve@"))
    result = run("audit", "verify", "--data", str(data))
    assert result.exit_code == 1
    assert "The audit log was changed. 000001.jsonl, line " in result.stdout
    assert "it was edited" in result.stdout
    result = run("audit", "verify", "--json", "--data", str(data))
    assert (result.exit_code, json.loads(result.stdout)["whole"]) == (1, False)


def test_a_checkpoint_is_printed_and_verified_against(data: Path, tmp_path: Path) -> None:
    assert "signature" in says(data, "checkpoint")
    file = tmp_path / "checkpoint.json"
    file.write_text(says(data, "checkpoint", "--json"))
    assert "whole" in says(data, "verify", "--checkpoint", str(file))
    elsewhere = ("--folder", str(data / "audit"), "--checkpoint", str(file))
    assert "whole" in says(tmp_path / "nowhere", "verify", *elsewhere)


def test_a_folder_without_doorward_is_told(tmp_path: Path) -> None:
    for words in (("list",), ("verify",), ("checkpoint",)):
        result = run("audit", *words, "--data", str(tmp_path / "nowhere"))
        assert result.exit_code == 1
        assert "--data" in result.stderr or "cannot be read" in result.stderr
