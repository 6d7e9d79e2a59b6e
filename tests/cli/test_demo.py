from __future__ import annotations

import json
import socket
from pathlib import Path

import pytest

from doorward.bootstrap.data_folder import DataFolder
from doorward.bootstrap.demo import Demonstration
from doorward.bootstrap.run_machine import Started
from doorward.cli import demo
from doorward.settings import Settings
from tests.cli.commands import run

HELLO = Demonstration("hello.localhost", 9444)


@pytest.fixture
def started(tmp_path: Path) -> Started:
    folder = DataFolder.open(tmp_path / "data")
    folder.close()
    return Started(Settings(data=folder.path, https_port=9443), folder)


def test_a_port_that_is_taken_is_told_with_the_option_for_another(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        result = run("demo", "--sample-port", port, "--data", str(tmp_path / "data"))
    assert result.exit_code == 1
    assert port in result.stderr
    assert "--sample-port" in result.stderr
    assert not (tmp_path / "data").exists()


@pytest.mark.parametrize("option", ["--relay-port", "--metrics-port", "--entra-port"])
def test_a_port_that_is_wanted_twice_is_told_with_both_options(tmp_path: Path, option: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        free = str(server.getsockname()[1])
    given = ("--idp", "entra", "--sample-port", free, option, free)
    result = run("demo", *given, "--data", str(tmp_path / "data"))
    assert result.exit_code == 1
    assert f"--sample-port and {option} are both {free}; give one of them another port" in result.stderr
    assert not (tmp_path / "data").exists()


def test_everything_that_one_needs_to_try_it_is_described(started: Started) -> None:
    found = json.loads(json.dumps(demo.description(started, HELLO)))
    assert found["team_url"] == "https://access.localhost:9443"
    assert found["application_url"] == "https://hello.localhost:9443"
    assert {person["email"]: person["may_open"] for person in found["people"]} == {
        "ada@example.com": True,
        "bob@example.com": False,
    }
    assert found["metrics_url"] == "http://127.0.0.1:9180/metrics"
    assert found["ca_file"] == str(started.folder.path / "keys" / "ca.pem")


def test_metrics_that_are_not_served_have_no_address(started: Started) -> None:
    silent = Started(Settings(metrics_port=None), started.folder)
    assert demo.description(silent, HELLO)["metrics_url"] is None


def test_the_same_in_words(started: Started) -> None:
    found = demo.description(started, HELLO)
    text = demo.in_words(found, 1.26)
    assert "Doorward is ready, after 1.3 s." in text
    people = found["people"]
    assert isinstance(people, list)
    for person in people:
        assert f"{person['email']}   password {person['password']}" in text
    assert text.count("may not, and reads why") == 1


def test_with_entra_the_stand_in_and_the_step_up_are_described_too(started: Started) -> None:
    shown = Demonstration("hello.localhost", 9444, 9445)
    found = demo.description(started, shown)
    assert found["entra_url"] == "http://127.0.0.1:9445/_admin/"
    assert found["step_up_url"] == "https://strong.localhost:9443"
    people = found["people"]
    assert isinstance(people, list)
    assert len({person["password"] for person in people}) == 1
    assert "http://127.0.0.1:9445/_admin/" in demo.in_words(found, 1.0)
