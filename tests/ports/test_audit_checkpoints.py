"""What every ``AuditCheckpoints`` promises."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path

import pytest

from doorward.audit.chain import Link
from doorward.audit.checkpoints import Checkpoint
from doorward.ports.audit import AuditCheckpoints
from tests.audit.samples import SIGNER
from tests.fakes.audit import FakeAuditCheckpoints
from tests.fakes.clock import START
from tests.stores.files import opened

Open = Callable[[], AbstractAsyncContextManager[AuditCheckpoints]]


@pytest.fixture(params=["fake", "sqlite"])
def checkpoints(request: pytest.FixtureRequest, tmp_path: Path, empty_database: Path) -> Open:
    @asynccontextmanager
    async def fake() -> AsyncIterator[AuditCheckpoints]:
        yield FakeAuditCheckpoints()

    @asynccontextmanager
    async def sqlite() -> AsyncIterator[AuditCheckpoints]:
        path = tmp_path / "doorward.db"
        shutil.copy(empty_database, path)
        async with opened(path) as stores:
            yield stores.audit_checkpoints

    return {"fake": fake, "sqlite": sqlite}[request.param]


def checkpoint(sequence: int) -> Checkpoint:
    return SIGNER.sign(Link(sequence, bytes([sequence]) * 32), START)


def test_there_is_none_at_first(checkpoints: Open) -> None:
    async def run() -> None:
        async with checkpoints() as kept:
            assert await kept.newest() is None

    asyncio.run(run())


def test_the_newest_is_kept_whole_and_an_older_one_changes_nothing(checkpoints: Open) -> None:
    async def run() -> None:
        async with checkpoints() as kept:
            for sequence in (3, 7, 5, 7):
                await kept.save(checkpoint(sequence))
            assert await kept.newest() == checkpoint(7)

    asyncio.run(run())
