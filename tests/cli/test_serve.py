from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.commands import run


@pytest.mark.parametrize("command", ["serve", "demo"])
@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--https-port", "70000"), "--https-port: 70000 is not a port: use a number from 1 to 65535"),
        (("--domain", "no host"), "--domain: 'no host' is not a hostname"),
        (("--relay-port", "9180"), "9180 is relay_port, too"),
    ],
)
def test_a_wrong_option_is_told_before_anything_is_made(
    tmp_path: Path, command: str, words: tuple[str, str], told: str
) -> None:
    result = run(command, *words, "--data", str(tmp_path / "data"))
    assert result.exit_code == 1
    assert told in result.stderr
    assert not (tmp_path / "data").exists()


def test_a_wrong_variable_is_told_by_its_name(tmp_path: Path) -> None:
    environment = {"DOORWARD_HTTPS_PORT": "0", "DOORWARD_DATA": str(tmp_path / "data")}
    result = run("serve", environment=environment)
    assert result.exit_code == 1
    assert result.stderr.startswith("doorward: DOORWARD_HTTPS_PORT: ")
    assert not (tmp_path / "data").exists()


def test_a_wrong_line_of_the_file_is_told_by_its_number(tmp_path: Path) -> None:
    file = tmp_path / "doorward.yaml"
    file.write_text(f"data: {tmp_path}/data\nhttps-port: 443\n")
    result = run("serve", "--config", str(file))
    assert result.exit_code == 1
    assert f"{file} line 2: there is no such setting" in result.stderr


def test_an_envoy_that_is_not_there_is_told(tmp_path: Path) -> None:
    environment = {"DOORWARD_ENVOY": str(tmp_path / "envoy")}
    result = run("serve", "--data", str(tmp_path / "data"), environment=environment)
    assert result.exit_code == 1
    assert str(tmp_path / "envoy") in result.stderr
    assert not (tmp_path / "data").exists()
