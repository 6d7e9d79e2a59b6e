from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from tests.cli.commands import Doorward, run

FILE = """version: 1
tunnels:
  - {name: office}
  - {name: lab}
"""


def written(folder: Path, text: str) -> str:
    path = folder / "access.yaml"
    path.write_text(text)
    return str(path)


def tunnels(doorward: Doorward) -> list[str]:
    return [tunnel["name"] for tunnel in doorward.json("tunnel", "list")]


def test_a_file_is_brought_into_force(doorward: Doorward, tmp_path: Path) -> None:
    shown = doorward.says("apply", "-f", written(tmp_path, FILE))
    assert "lab" in shown
    assert shown.endswith("Live on every edge.\n")
    assert tunnels(doorward) == ["office", "lab"]
    assert "Nothing to change." in doorward.says("apply", "-f", written(tmp_path, FILE))


def test_a_file_comes_from_standard_input(doorward: Doorward) -> None:
    doorward.says("apply", "--file", "-", typed=FILE)
    assert tunnels(doorward) == ["office", "lab"]


def test_a_dry_run_changes_nothing(doorward: Doorward, tmp_path: Path) -> None:
    shown = doorward.says("apply", "-f", written(tmp_path, FILE), "--dry-run")
    assert "lab" in shown
    assert "dry run" in shown
    assert tunnels(doorward) == ["office"]


def test_the_outcome_is_json_for_scripts(doorward: Doorward, tmp_path: Path) -> None:
    outcome = doorward.json("apply", "-f", written(tmp_path, FILE))
    assert outcome["live"] is True
    assert outcome["version"]


def test_a_wrong_file_is_told_by_file_and_line_and_changes_nothing(
    doorward: Doorward, tmp_path: Path
) -> None:
    path = written(
        tmp_path, FILE + "applications:\n  - {id: a, hostname: 'no host', url: 'http://127.0.0.1'}\n"
    )
    result = doorward.run("apply", "-f", path)
    assert result.exit_code == 1
    assert f"{path}:6: " in result.stderr
    assert "hostname" in result.stderr
    assert tunnels(doorward) == ["office"]


def test_what_only_the_control_plane_can_find_is_told_too(doorward: Doorward, tmp_path: Path) -> None:
    path = written(
        tmp_path,
        "version: 1\napplications:\n  - {id: a, hostname: access.example.com, url: 'http://127.0.0.1'}\n",
    )
    result = doorward.run("apply", "-f", path)
    assert result.exit_code == 1
    assert "team domain" in result.stderr


def test_a_refusal_of_the_edge_ends_with_code_1(doorward: Doorward, tmp_path: Path) -> None:
    doorward.world.edges.refusal = "no such cluster"
    result = doorward.run("apply", "-f", written(tmp_path, FILE))
    assert result.exit_code == 1
    assert "keeps what it had: no such cluster" in result.stderr


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


def test_an_export_holds_secrets_only_when_asked_and_can_be_applied(
    doorward: Doorward, tmp_path: Path
) -> None:
    plain, whole = doorward.says("export"), doorward.says("export", "--with-secrets")
    assert "$argon2id$" not in plain
    assert "$argon2id$" in whole
    for text in (plain, whole):
        assert "Nothing to change." in doorward.says("apply", "-f", written(tmp_path, text))


def test_apply_needs_a_file() -> None:
    assert run("apply").exit_code == 2
