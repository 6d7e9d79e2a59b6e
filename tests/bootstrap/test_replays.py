from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from doorward.audit.writing import Position
from doorward.audit_files.log import FileAuditLog
from doorward.bootstrap.audit_key import audit_signer
from doorward.bootstrap.control_plane import ControlPlane
from doorward.bootstrap.replays import EVERY, explain_logged, try_draft
from doorward.bootstrap.system import SystemClock
from doorward.model.errors import NotFound, Unavailable
from doorward.services.audited.configurations import configuration_facts
from doorward.services.configuration import AccessFile
from tests.audit.samples import request_line
from tests.bootstrap.control import with_control_plane
from tests.fakes.clock import START
from tests.services.logged import HOUR, Log, version_of
from tests.services.sample import ADA, application, configuration

PRESENT = configuration_facts(configuration(), 4)
CLOSED = configuration_facts(replace(configuration(), applications=(application("hello"),)), 4)


def test_a_draft_is_tried_on_the_log_in_a_data_folder(tmp_path: Path) -> None:
    log = Log()
    ada = log.signs_in(ADA, "s1", at=START - HOUR)
    log.asks(ada, at=START - HOUR, allowed=True)
    log.asks(ada, at=START, allowed=True)
    log.write(tmp_path / "audit")
    progress: list[int] = []
    found = try_draft(tmp_path, in_force=PRESENT, draft=CLOSED, since=START, progress=progress.append)
    assert [(each.who, each.requests) for each in found.differences] == [("ada@example.com", 1)]
    assert progress == []


def test_progress_is_told_now_and_then(tmp_path: Path) -> None:
    (tmp_path / "audit").mkdir()
    signer = audit_signer(tmp_path, tmp_path / "audit")
    log = FileAuditLog(tmp_path / "audit", signer=signer, clock=SystemClock())
    log.take_requests([request_line(1, application="(doorward)")] * (2 * EVERY), Position("a" * 64, 1))
    log.close()
    progress: list[int] = []
    found = try_draft(tmp_path, in_force=PRESENT, draft=CLOSED, since=START, progress=progress.append)
    assert (progress, found.requests) == ([EVERY, 2 * EVERY], 0)


def test_a_folder_without_a_log_is_told(tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match="--data"):
        try_draft(tmp_path, in_force=PRESENT, draft=CLOSED, since=START, progress=print)
    with pytest.raises(Unavailable, match="--data"):
        explain_logged(tmp_path, "r1")


def test_a_logged_decision_is_explained_with_what_was_decided_and_by_which_rules(tmp_path: Path) -> None:
    log = Log()
    log.rules(configuration(), 4)
    version = version_of(configuration(), "hello")
    asked = log.asks(
        log.signs_in(ADA, "s1"), at=START, allowed=True, policy="1/allow/engineers", policy_version=version
    )
    log.write(tmp_path / "audit")
    found = explain_logged(tmp_path, asked)
    assert (found["person"], found["allowed"], found["policy"]) == ("ada@example.com", True, "engineers")
    assert [each["id"] for each in found["policies"]] == ["machines", "engineers"]
    assert found["logged"] == {
        "request_id": asked,
        "time": "2026-03-01T12:00:00.000Z",
        "decision": "allow",
        "decided_by": "edge",
        "policy": "engineers",
        "policy_version": version,
        "reasons": ["policy-matched"],
        "status": 200,
    }
    assert found["rules"] == {
        "configuration": 4,
        "since": "2026-03-01T12:00:00.000Z",
        "policy_version": version,
        "exact": True,
    }
    assert found["differs"] == ""
    with pytest.raises(NotFound, match="holds no request 'r9'"):
        explain_logged(tmp_path, "r9")


def test_a_real_control_planes_dry_run_is_what_a_draft_is_tried_by(tmp_path: Path) -> None:
    async def story(control: ControlPlane) -> tuple[Mapping[str, object], Mapping[str, object]]:
        file = AccessFile(
            name="draft", text="version: 1\ntunnels: [{name: attic}]\n", files={}, environment={}
        )
        outcome = await control.services.configurations.apply(file, dry_run=True)
        await control.audit.keeper.round()
        assert outcome.before is not None
        assert outcome.after is not None
        return outcome.before, outcome.after

    before, after = with_control_plane(tmp_path / "data", story)
    found = try_draft(tmp_path / "data", in_force=before, draft=after, since=START, progress=print)
    assert (found.requests, found.differences) == (0, [])
