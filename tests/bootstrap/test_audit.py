from __future__ import annotations

import asyncio
import json
import shutil
from pathlib import Path

import pytest

from doorward.audit.entries import ActEntry
from doorward.bootstrap.audit import newest_checkpoint, read_entries, verify_audit
from doorward.bootstrap.control_plane import ControlPlane
from doorward.model.errors import Invalid, NotFound, Unavailable
from tests.bootstrap.control import with_control_plane
from tests.bootstrap.test_audit_keeping import kept


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """The data folder of a Doorward that ran and was stopped."""
    with_control_plane(tmp_path / "data", kept)
    return tmp_path / "data"


def cut(folder: Path) -> None:
    path = folder / "000001.jsonl"
    path.write_bytes(b"".join(path.read_bytes().splitlines(keepends=True)[:-2]))


def kept_elsewhere(data: Path) -> Path:
    file = data.parent / "checkpoint.json"
    file.write_text(json.dumps(newest_checkpoint(data)))
    return file


def test_a_log_is_whole_after_a_clean_stop_and_signed_to_its_end(data: Path) -> None:
    found = verify_audit(data, folder=None, file=None)
    assert (found.fault, found.signed) == ("", found.entries - 1)


def test_a_log_is_whole_while_it_is_written(tmp_path: Path) -> None:
    async def story(control: ControlPlane) -> str:
        await control.audit.keeper.round()
        found = await asyncio.to_thread(verify_audit, tmp_path / "data", folder=None, file=None)
        return found.fault

    assert with_control_plane(tmp_path / "data", story) == ""


def test_a_log_that_was_cut_off_is_found_by_the_checkpoint_in_the_database(data: Path) -> None:
    cut(data / "audit")
    found = verify_audit(data, folder=None, file=None)
    assert "the signed checkpoint from the database vouches for" in found.fault


def test_a_log_and_a_database_that_were_both_set_back_are_found_by_a_checkpoint_kept_elsewhere(
    tmp_path: Path,
) -> None:
    data, before = tmp_path / "data", tmp_path / "before"
    with_control_plane(data, kept)
    shutil.copytree(data, before)
    with_control_plane(data, kept)
    file = kept_elsewhere(data)
    assert verify_audit(before, folder=None, file=None).fault == ""
    assert (
        f"the signed checkpoint from {file} vouches for" in verify_audit(before, folder=None, file=file).fault
    )


def test_a_copy_elsewhere_is_verified_with_nothing_but_a_checkpoint(data: Path, tmp_path: Path) -> None:
    file, copy = kept_elsewhere(data), tmp_path / "copy"
    shutil.copytree(data / "audit", copy)
    nowhere = tmp_path / "nowhere"
    assert verify_audit(nowhere, folder=copy, file=file).fault == ""
    cut(copy)
    assert "its end was cut off" in verify_audit(nowhere, folder=copy, file=file).fault
    assert verify_audit(data, folder=copy, file=None).fault == ""


def test_a_checkpoint_of_another_doorward_does_not_count(data: Path, tmp_path: Path) -> None:
    with_control_plane(tmp_path / "other", kept)
    file = kept_elsewhere(tmp_path / "other")
    assert verify_audit(data, folder=None, file=file).fault != ""


@pytest.mark.parametrize("text", ["", "{}", "[]", "not json"])
def test_a_file_that_holds_no_checkpoint_is_named(data: Path, tmp_path: Path, text: str) -> None:
    file = tmp_path / "wrong.json"
    file.write_text(text)
    with pytest.raises(Invalid, match=r"wrong\.json: is no checkpoint"):
        verify_audit(data, folder=None, file=file)


def test_what_is_not_there_is_named(data: Path, tmp_path: Path) -> None:
    nowhere = tmp_path / "nowhere"
    with pytest.raises(Unavailable, match=r"nowhere.*--data"):
        newest_checkpoint(nowhere)
    with pytest.raises(Unavailable, match="nowhere"):
        verify_audit(data, folder=nowhere, file=None)
    with pytest.raises(Unavailable, match="nowhere"):
        verify_audit(data, folder=None, file=nowhere)
    with pytest.raises(Unavailable, match="nowhere"):
        list(read_entries(nowhere, None))


def test_before_the_first_checkpoint_there_is_none_to_print(tmp_path: Path) -> None:
    async def story(control: ControlPlane) -> None:
        return None

    with_control_plane(tmp_path / "data", story)
    with pytest.raises(NotFound, match="has no checkpoint yet"):
        newest_checkpoint(tmp_path / "data")


def test_entries_are_read_from_a_data_folder(data: Path) -> None:
    names = [entry.name for entry in read_entries(data, None) if isinstance(entry, ActEntry)]
    assert "configuration-changed" in names
