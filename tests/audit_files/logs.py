"""Audit logs in folders of a test."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from doorward.audit.acts import Act, ActName
from doorward.audit.chain import Line, parse_line
from doorward.audit.checkpoints import Checkpoint
from doorward.audit.entries import ActEntry
from doorward.audit.verification import Known, Verified
from doorward.audit_files.disk import Disk
from doorward.audit_files.log import SEGMENT_SIZE, FileAuditLog
from doorward.audit_files.reading import entries, verify_folder
from doorward.audit_files.segments import segment_files, segment_lines
from tests.audit.samples import KEYS, SIGNER
from tests.fakes.clock import FakeClock

SECOND = timedelta(seconds=1)


def log_in(
    folder: Path,
    *,
    clock: FakeClock | None = None,
    disk: Disk | None = None,
    segment_size: int = SEGMENT_SIZE,
) -> FileAuditLog:
    folder.mkdir(exist_ok=True)
    return FileAuditLog(
        folder, signer=SIGNER, clock=clock or FakeClock(), disk=disk, segment_size=segment_size
    )


def some_act(number: int = 1) -> Act:
    return Act(name=ActName.SESSIONS_ENDED, facts={"number": number})


def lines_in(folder: Path) -> list[Line]:
    found = [parse_line(text) for path in segment_files(folder) for text in segment_lines(path)]
    return [line for line in found if line is not None]


def is_whole(folder: Path, *known: Checkpoint) -> Verified:
    """Fails with the fault's words when it is not."""
    found = verify_folder(folder, KEYS, [Known(one, "the test") for one in known])
    assert found.fault == ""
    return found


def numbers(folder: Path) -> list[int]:
    return [e.facts["number"] for e in entries(folder) if isinstance(e, ActEntry) and "number" in e.facts]
