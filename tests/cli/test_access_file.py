from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from doorward.cli.access_file import send_file
from doorward.model.errors import Unavailable
from tests.cli.commands import Doorward
from tests.cli.test_access import written


def test_a_file_that_is_not_there_is_told(doorward: Doorward, tmp_path: Path) -> None:
    result = doorward.run("apply", "-f", str(tmp_path / "none.yaml"))
    assert (result.exit_code, result.stderr) == (
        1,
        f"doorward: {tmp_path}/none.yaml cannot be read: No such file or directory\n",
    )
    binary = tmp_path / "binary"
    binary.write_bytes(b"\xff\xfe\xff")
    assert "not UTF-8" in doorward.run("apply", "-f", str(binary)).stderr


def test_files_and_variables_are_read_where_the_person_is(
    doorward: Doorward, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EVES_PASSWORD", "a password of Eve")
    (tmp_path / "password.txt").write_text("a password of Dan")
    accounts = """version: 1
identity_providers:
  - id: staff
    type: local
    accounts:
      - {email: eve@example.com, password_env: EVES_PASSWORD}
      - {email: dan@example.com, password_file: password.txt}
"""
    doorward.says("apply", "-f", written(tmp_path, accounts))
    exported = yaml.safe_load(doorward.says("export"))
    staff = next(p for p in exported["identity_providers"] if p["id"] == "staff")
    assert [account["email"] for account in staff["accounts"]] == ["eve@example.com", "dan@example.com"]


def test_a_file_is_read_before_anybody_is_asked(tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match=r"none\.yaml cannot be read"):
        send_file(tmp_path, tmp_path / "none.yaml", dry_run=True)
