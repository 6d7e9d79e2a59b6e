"""What every ``AuditLog`` promises."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

import pytest

from doorward.audit.acts import Act, ActName
from doorward.audit.entries import ActEntry
from doorward.audit_files.reading import entries
from doorward.model.errors import Unavailable
from doorward.ports.audit import AuditLog
from tests.audit_files.logs import log_in
from tests.fakes.audit import FakeAuditLog, FullDisk
from tests.fakes.clock import START


class Kept(Protocol):
    """An audit log, what is in it, and its disk."""

    log: AuditLog

    def names(self) -> list[str]: ...

    def fill(self, *, full: bool) -> None: ...


class InMemory:
    def __init__(self, folder: Path) -> None:
        self._fake = FakeAuditLog()
        self.log: AuditLog = self._fake

    def names(self) -> list[str]:
        return [str(name) for name in self._fake.names]

    def fill(self, *, full: bool) -> None:
        self._fake.full = full


class InFiles:
    def __init__(self, folder: Path) -> None:
        self._folder = folder / "audit"
        self._disk = FullDisk()
        self.log: AuditLog = log_in(self._folder, disk=self._disk)

    def names(self) -> list[str]:
        return [entry.name for entry in entries(self._folder) if isinstance(entry, ActEntry)]

    def fill(self, *, full: bool) -> None:
        self._disk.room = 0 if full else None


@pytest.fixture(params=[InMemory, InFiles])
def kept(request: pytest.FixtureRequest, tmp_path: Path) -> Kept:
    make: Callable[[Path], Kept] = request.param
    return make(tmp_path)


def act(name: ActName, **facts: object) -> Act:
    return Act(name=name, facts=facts)


def test_acts_are_there_when_the_call_returns_in_order(kept: Kept) -> None:
    asyncio.run(kept.log.record(act(ActName.SIGNED_IN), act(ActName.SESSIONS_ENDED)))
    asyncio.run(kept.log.record(act(ActName.STARTED)))
    assert kept.names() == ["signed-in", "sessions-ended", "started"]


def test_later_acts_have_higher_numbers(kept: Kept) -> None:
    first = asyncio.run(kept.log.record(act(ActName.SIGNED_IN)))
    second = asyncio.run(kept.log.record(act(ActName.SIGNED_IN), act(ActName.SIGNED_IN)))
    assert second == first + 2


def test_what_cannot_be_written_is_unavailable_and_not_there(kept: Kept) -> None:
    asyncio.run(kept.log.record(act(ActName.SIGNED_IN)))
    kept.fill(full=True)
    with pytest.raises(Unavailable, match="nothing was changed"):
        asyncio.run(kept.log.record(act(ActName.STARTED), act(ActName.SESSIONS_ENDED)))
    assert kept.names() == ["signed-in"]
    kept.fill(full=False)
    asyncio.run(kept.log.record(act(ActName.FACTS_CHANGED)))
    assert kept.names() == ["signed-in", "facts-changed"]


def test_facts_that_are_no_data_are_refused_before_anything_is_written(kept: Kept) -> None:
    with pytest.raises(TypeError):
        asyncio.run(kept.log.record(act(ActName.SIGNED_IN, when=START)))
    assert kept.names() == []
