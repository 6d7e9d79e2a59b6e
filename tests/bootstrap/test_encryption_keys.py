from __future__ import annotations

import asyncio
import base64
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from doorward.audit.entries import ActEntry
from doorward.audit_files.reading import entries
from doorward.bootstrap import encryption_keys as keys
from doorward.bootstrap.data_folder import DataFolder
from doorward.model.errors import Invalid, Unavailable
from doorward.stores.sql_stores import SqlStores
from tests.nouns import signing_key

ONE, TWO = base64.b64encode(b"1" * 32).decode(), base64.b64encode(b"2" * 32).decode()


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[DataFolder]:
    opened = DataFolder.open(tmp_path / "data")
    yield opened
    opened.close()


def with_stores(folder: DataFolder, environment: Mapping[str, str], *, add: bool = False) -> int:
    """Open the database as a start does; how many signing keys it holds."""

    async def opened() -> int:
        found = keys.encryption_keys(folder, environment)
        stores = await SqlStores.open(
            folder.database, encryption_key=found.current, previous_keys=found.previous
        )
        try:
            if add:
                await stores.signing_keys.add(signing_key())
            return len(await stores.signing_keys.listed())
        finally:
            await stores.close()

    return asyncio.run(opened())


def test_without_a_key_of_its_own_the_database_has_one_derived_from_the_master_key(
    folder: DataFolder,
) -> None:
    found = keys.encryption_keys(folder, {})
    assert (found.current, found.previous) == (folder.derive("database"), ())
    assert "1" * 8 not in repr(keys.EncryptionKeys(current=b"1" * 32, previous=()))


def test_a_new_key_encrypts_everything_anew_and_the_old_one_is_worth_nothing_then(folder: DataFolder) -> None:
    with_stores(folder, {}, add=True)
    path = asyncio.run(keys.rotate_encryption_key(folder, {}))
    assert path.stat().st_mode & 0o077 == 0
    assert with_stores(folder, {}) == 1
    path.unlink()
    with pytest.raises(Invalid, match="does not fit this database"):
        with_stores(folder, {})


def test_a_rotation_can_follow_another(folder: DataFolder) -> None:
    with_stores(folder, {}, add=True)
    for _ in range(3):
        asyncio.run(keys.rotate_encryption_key(folder, {}))
    assert with_stores(folder, {}) == 1


def test_a_rotation_that_was_killed_after_the_key_was_written_is_ended_by_the_next_start(
    folder: DataFolder,
) -> None:
    with_stores(folder, {}, add=True)
    asyncio.run(keys.rotate_encryption_key(folder, {}))
    current, previous = folder.path / keys.FILE, folder.path / keys.PREVIOUS_FILE
    previous.write_bytes(current.read_bytes())
    previous.chmod(0o600)
    current.write_text(TWO)
    assert with_stores(folder, {}) == 1
    previous.unlink()
    assert with_stores(folder, {}) == 1


def test_a_key_may_come_from_the_environment_and_be_changed_there(folder: DataFolder) -> None:
    with_stores(folder, {keys.VARIABLE: ONE}, add=True)
    both = {keys.VARIABLE: TWO, keys.PREVIOUS_VARIABLE: ONE}
    assert with_stores(folder, both) == 1
    assert with_stores(folder, {keys.VARIABLE: TWO}) == 1
    with pytest.raises(Invalid, match="does not fit this database"):
        with_stores(folder, {keys.VARIABLE: ONE})
    with pytest.raises(Unavailable, match=keys.PREVIOUS_VARIABLE):
        asyncio.run(keys.rotate_encryption_key(folder, {keys.VARIABLE: TWO}))


def test_a_variable_that_holds_no_key_is_told_without_its_value(folder: DataFolder) -> None:
    with pytest.raises(Unavailable, match="is not a key") as told:
        keys.encryption_keys(folder, {keys.VARIABLE: "hunter2"})
    assert "hunter2" not in str(told.value)


def test_a_rotation_is_recorded_and_not_made_when_it_cannot_be(folder: DataFolder) -> None:
    with_stores(folder, {}, add=True)
    asyncio.run(keys.rotate_encryption_key(folder, {}))
    acts = [entry for entry in entries(folder.audit) if isinstance(entry, ActEntry)]
    assert [(act.name, act.by) for act in acts] == [("encryption-key-rotated", "administrator")]
    before = (folder.path / keys.FILE).read_bytes()
    (folder.audit / "000001.jsonl").unlink()
    folder.audit.rmdir()
    with pytest.raises(Unavailable, match="what cannot be written there is not done"):
        asyncio.run(keys.rotate_encryption_key(folder, {}))
    assert (folder.path / keys.FILE).read_bytes() == before
