"""The newest checkpoint in the database, as a command reads it; see also tests/ports."""

from __future__ import annotations

import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from doorward.audit.chain import Link
from doorward.model.errors import AccessError
from doorward.stores import audit_checkpoints
from doorward.stores.sql_stores import newest_audit_checkpoint
from tests.audit.samples import SIGNER
from tests.fakes.clock import START
from tests.stores.files import IMPATIENT, opened

CHECKPOINT = SIGNER.sign(Link(3, bytes(32)), START)


def test_it_is_read_without_a_key_while_the_database_is_open_and_when_it_is_closed(tmp_path: Path) -> None:
    async def run() -> None:
        path = tmp_path / "doorward.db"
        async with opened(path) as stores:
            assert isinstance(stores.audit_checkpoints, audit_checkpoints.SqlAuditCheckpoints)
            assert await newest_audit_checkpoint(path, patience=IMPATIENT) is None
            await stores.audit_checkpoints.save(CHECKPOINT)
            assert await newest_audit_checkpoint(path, patience=IMPATIENT) == CHECKPOINT
        assert await newest_audit_checkpoint(path, patience=IMPATIENT) == CHECKPOINT

    asyncio.run(run())


def test_only_one_is_kept(tmp_path: Path) -> None:
    async def run() -> None:
        async with opened(tmp_path / "doorward.db") as stores:
            for sequence in range(1, 5):
                await stores.audit_checkpoints.save(SIGNER.sign(Link(sequence, bytes(32)), START))

    asyncio.run(run())
    with closing(sqlite3.connect(tmp_path / "doorward.db")) as connection:
        assert connection.execute("SELECT count(*) FROM audit_checkpoints").fetchone() == (1,)


def test_a_database_from_before_there_were_any_has_none(tmp_path: Path) -> None:
    path = tmp_path / "doorward.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE other (id INTEGER)")
    assert asyncio.run(newest_audit_checkpoint(path, patience=IMPATIENT)) is None


def test_what_is_no_database_is_told(tmp_path: Path) -> None:
    path = tmp_path / "doorward.db"
    path.write_bytes(b"no database at all, but long enough to be looked at" * 40)
    with pytest.raises(AccessError, match="not a database"):
        asyncio.run(newest_audit_checkpoint(path, patience=IMPATIENT))
