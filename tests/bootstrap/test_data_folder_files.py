"""Files that are there whole or not at all."""

from __future__ import annotations

from pathlib import Path

import pytest

from doorward.bootstrap.data_folder_files import create_atomically, write_atomically


def test_a_file_is_replaced_with_the_mode_that_was_asked_for(tmp_path: Path) -> None:
    path = tmp_path / "key"
    path.write_text("old")
    write_atomically(path, b"new", mode=0o600)
    assert path.read_bytes() == b"new"
    assert path.stat().st_mode & 0o777 == 0o600
    assert list(tmp_path.iterdir()) == [path]


def test_a_file_is_created_once(tmp_path: Path) -> None:
    path = tmp_path / "key"
    create_atomically(path, b"first", mode=0o600)
    with pytest.raises(FileExistsError):
        create_atomically(path, b"second", mode=0o600)
    assert path.read_bytes() == b"first"
    assert list(tmp_path.iterdir()) == [path]


def test_a_write_that_fails_leaves_nothing_behind(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    with pytest.raises(OSError, match="folder"):
        write_atomically(tmp_path / "folder", b"new", mode=0o600)
    assert [path.name for path in tmp_path.iterdir()] == ["folder"]
