from __future__ import annotations

from pathlib import Path

from doorward.bootstrap.data_folder import DataFolder
from tests.cli.commands import run


def test_a_new_key_is_made_and_named(tmp_path: Path) -> None:
    result = run("rotate-key", "--data", str(tmp_path / "data"))
    assert result.exit_code == 0
    assert str(tmp_path / "data" / "keys" / "encryption.key") in result.stdout


def test_while_doorward_runs_it_is_refused(tmp_path: Path) -> None:
    folder = DataFolder.open(tmp_path / "data")
    try:
        result = run("rotate-key", "--data", str(tmp_path / "data"))
    finally:
        folder.close()
    assert result.exit_code == 1
    assert "in use by another Doorward" in result.stderr
