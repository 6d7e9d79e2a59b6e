from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.commands import Doorward, run

TOKEN = "DOORWARD_TUNNEL_TOKEN"


def refusal_of_token(*words: str, typed: str = "", token: str | None = None) -> str:
    """What ``doorward tunnel run`` says of a token that is none."""
    result = run("tunnel", "run", *words, typed=typed, environment={TOKEN: token})
    assert result.exit_code == 1, result.output
    assert "Traceback" not in result.output
    return result.stderr.strip().splitlines()[-1]


def test_a_tunnel_is_created_listed_and_deleted(doorward: Doorward) -> None:
    assert doorward.says("tunnel", "create", "lab").startswith("token of lab ")
    listed = {tunnel["name"]: tunnel["state"] for tunnel in doorward.json("tunnel", "list")}
    assert listed == {"office": "down", "lab": "down"}
    assert "hello.example.com" in doorward.says("tunnel", "list")
    assert doorward.says("tunnel", "delete", "lab") == "Deleted lab.\n"


def test_a_token_is_printed_and_rotated(doorward: Doorward) -> None:
    first = doorward.says("tunnel", "token", "office")
    assert doorward.json("tunnel", "token", "office")["token"] == first.strip()
    assert doorward.says("tunnel", "token", "office", "--rotate") != first


def test_errors_of_tunnels_are_sentences(doorward: Doorward) -> None:
    assert doorward.run("tunnel", "token", "none").stderr == "doorward: there is no tunnel named 'none'\n"
    taken = doorward.run("tunnel", "create", "office")
    assert taken.exit_code == 1
    assert "'office'" in taken.stderr


def test_publishing_needs_hostname_and_server() -> None:
    assert run("tunnel", "--hostname", "app.localhost").exit_code == 2
    assert run("tunnel", "--url", "http://localhost:8080").exit_code == 2
    assert "Publish a local server" in run("tunnel").output


def test_a_hostname_or_server_that_cannot_be_published_is_told(doorward: Doorward) -> None:
    for hostname, url in (("access.example.com", "http://127.0.0.1:1"), ("app.example.com", "ftp://x")):
        words = ("--data", str(doorward.data), "--hostname", hostname, "--url", url)
        result = run("tunnel", *words)
        assert result.exit_code == 1
        assert result.stderr.startswith("doorward: ")
        assert [t["name"] for t in doorward.json("tunnel", "list")] == ["office"]


def test_a_connector_without_a_token_says_how_to_give_one() -> None:
    assert TOKEN in refusal_of_token()


@pytest.mark.parametrize("token", ["dwt1.AAAA", "dwt1.AAAA.BBBBBBBB", "dwt1."])
def test_a_truncated_token_is_told_as_truncated(token: str, tmp_path: Path) -> None:
    path = tmp_path / "token"
    path.write_text(token)
    said = {
        refusal_of_token(token=token),
        refusal_of_token("--token-file", str(path)),
        refusal_of_token("--token-file", "-", typed=token),
    }
    assert said == {"doorward: tunnel token: it is truncated or damaged: copy the whole line again"}


def test_something_else_than_a_token_is_told_as_such() -> None:
    assert "this is not a tunnel token" in refusal_of_token(token="eyJhIjoiYiJ9")


def test_a_token_file_that_cannot_be_read_is_told_by_its_name(tmp_path: Path) -> None:
    assert f"{tmp_path}/none cannot be read" in refusal_of_token("--token-file", str(tmp_path / "none"))
    binary = tmp_path / "binary"
    binary.write_bytes(b"\xff")
    assert "more than a token" in refusal_of_token("--token-file", str(binary))


def test_a_token_is_not_taken_from_the_command_line() -> None:
    assert run("tunnel", "run", "--token", "dwt1.AAAA").exit_code == 2
