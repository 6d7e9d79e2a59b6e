from __future__ import annotations

import json
from pathlib import Path

from tests.cli.commands import Doorward, run
from tests.cli.test_policy import drafted, with_requests
from tests.services.sample import ADA, BOB

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


def test_a_file_that_is_older_than_another_change_is_refused(doorward: Doorward, tmp_path: Path) -> None:
    path = written(tmp_path, doorward.says("export"))
    revision = Path(path).read_text().split()[2].removesuffix(":")
    doorward.says("apply", "-f", "-", typed=FILE)
    refused = doorward.run("apply", "-f", path, "--based-on", revision)
    assert refused.exit_code == 1
    assert "somebody has changed the configuration" in refused.output
    assert tunnels(doorward) == ["office", "lab"]


def test_a_dry_run_changes_nothing(doorward: Doorward, tmp_path: Path) -> None:
    shown = doorward.says("apply", "-f", written(tmp_path, FILE), "--dry-run")
    assert "lab" in shown
    assert "dry run" in shown
    assert tunnels(doorward) == ["office"]
    assert "The audit log holds no decision since" in shown.splitlines()[-1]


def test_a_dry_run_also_says_who_would_gain_and_lose_access(doorward: Doorward, tmp_path: Path) -> None:
    with_requests(doorward, ADA, BOB)
    path = drafted(tmp_path, doorward)
    result = doorward.run("apply", "-f", path, "--dry-run")
    assert result.exit_code == 3, result.output
    lines = result.stdout.splitlines()
    assert lines[:2] == ["changed application hello: policies", "Nothing was changed: this was a dry run."]
    assert any(line.startswith("ada@example.com") and "loses" in line for line in lines)
    assert "Tried on the 2 requests" in lines[-1]
    assert "holds no decision" in doorward.says("apply", "-f", path, "--dry-run", "--since", "1m")
    found = json.loads(doorward.run("apply", "-f", path, "--dry-run", "--json").stdout)
    assert [each["effect"] for each in found["replay"]["differences"]] == ["gain", "lose"]
    assert sorted(found) == ["changes", "live", "refusal", "replay", "version"]


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
