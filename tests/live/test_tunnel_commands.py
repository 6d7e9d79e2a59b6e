"""``doorward tunnel`` as people use it: tokens that work and tokens that do not, and the one-liner."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.live.commands import connector, running
from tests.live.origin import origin
from tests.live.system import ADA, BOB, System, eventually
from tests.live.visitor import SCRIPT, status_of

REFUSED_WITHIN = 10.0


@pytest.fixture(scope="module")
def web() -> Iterator[int]:
    with origin() as port:
        yield port


def token_of(system: System, name: str) -> str:
    """The token of a tunnel, made where there is none."""
    made = system.cli("tunnel", "create", name)
    return made.out.strip() if made.code == 0 else system.cli("tunnel", "token", name).out.strip()


def run_with(system: System, folder: Path, token: str) -> tuple[int, str]:
    """``tunnel run`` with a token that does not work."""
    file = folder / "token"
    file.write_text(token)
    with running(system.data, "tunnel", "run", "--token-file", str(file)) as command:
        return command.ended(REFUSED_WITHIN), command.said


@pytest.mark.parametrize("damage", ["empty", "garbage", "cut", "changed", "of another kind"])
def test_a_token_that_is_none_is_told_in_a_sentence(system: System, tmp_path: Path, damage: str) -> None:
    good = token_of(system, "damage")
    middle = len(good) // 2
    damaged = {
        "empty": "",
        "garbage": "hello world",
        "cut": good[:-20],
        "changed": good[:middle] + ("A" if good[middle] != "A" else "B") + good[middle + 1 :],
        "of another kind": "eyJhbGciOiJub25lIn0.e30.",
    }
    code, said = run_with(system, tmp_path, damaged[damage])
    assert code == 1
    assert said.startswith("doorward: ")
    assert "token" in said
    assert "Traceback" not in said
    assert good[20:60] not in said


def test_a_missing_token_file_is_named(system: System, tmp_path: Path) -> None:
    ended = system.cli("tunnel", "run", "--token-file", str(tmp_path / "none"))
    assert ended.code == 1
    assert str(tmp_path / "none") in ended.err
    ended = system.cli("tunnel", "run")
    assert ended.code == 1
    assert "DOORWARD_TUNNEL_TOKEN" in ended.err


def test_a_rotated_token_ends_who_has_it_and_lets_nobody_in_again(system: System, tmp_path: Path) -> None:
    old = token_of(system, "rotated")
    with connector(system.data, tmp_path, old) as command:
        rotated = system.cli("tunnel", "token", "rotated", "--rotate")
        assert rotated.code == 0
        assert rotated.out.strip() != old
        assert command.ended(REFUSED_WITHIN) == 1
        assert "doorward: " in command.said
        assert "Traceback" not in command.said
    code, said = run_with(system, tmp_path, old)
    assert code == 1
    assert "revoked" in said or "not" in said
    with connector(system.data, tmp_path, rotated.out.strip()):
        listed = system.cli("tunnel", "list", "--json").json
        assert len(next(t for t in listed if t["name"] == "rotated")["connectors"]) == 1


def test_a_deleted_tunnel_cuts_its_connector_off(system: System, tmp_path: Path) -> None:
    token = token_of(system, "deleted")
    with connector(system.data, tmp_path, token) as command:
        assert system.cli("tunnel", "delete", "deleted").code == 0
        assert command.ended(REFUSED_WITHIN) == 1
    code, said = run_with(system, tmp_path, token)
    assert code == 1
    assert "Traceback" not in said


def test_a_tunnel_in_use_cannot_be_deleted(system: System) -> None:
    ended = system.cli("tunnel", "delete", "sample")
    assert ended.code == 1
    assert "hello" in ended.err


def test_one_line_publishes_a_server_and_ctrl_c_takes_it_back(system: System, web: int) -> None:
    url = system.url("app.localhost")
    words = ("tunnel", "--hostname", "app.localhost", "--url", f"http://127.0.0.1:{web}", "--allow", ADA)
    with running(system.data, *words) as command:
        command.wait_for(url)
        with system.sign_in(ADA, f"{url}/headers") as ada, system.sign_in(BOB, f"{url}/headers") as bob:
            assert ada.get(f"{url}/headers").status_code == 200
            assert bob.open(f"{url}/headers").status_code == 403
            assert command.interrupt() == 0, command.said
            request = f"GET / HTTP/1.1\r\nHost: {url.removeprefix('https://')}\r\n\r\n"
            assert status_of(system.door.ask(request.encode())) == 404
    assert "app.localhost" not in system.cli("export").out


def test_one_line_on_a_taken_hostname_is_refused(system: System, web: int) -> None:
    ended = system.cli("tunnel", "--hostname", "hello.localhost", "--url", f"http://127.0.0.1:{web}")
    assert ended.code == 1
    assert "hello.localhost" in ended.err
    with system.visitor() as stranger:
        assert stranger.get(f"{system.app_url}/", SCRIPT).status_code == 401


def test_a_connector_that_is_killed_is_missed_and_its_place_is_taken(
    system: System, web: int, tmp_path: Path
) -> None:
    token = token_of(system, "pair")
    policies = [{"id": "all", "action": "allow", "include": [{"email_domain": "example.com"}]}]
    application = {
        "id": "pair",
        "hostname": "pair.localhost",
        "url": f"http://127.0.0.1:{web}",
        "tunnel": "pair",
        "policies": policies,
    }
    hello = {**application, "id": "hello", "hostname": "hello.localhost", "tunnel": "sample"}
    applied = system.apply({"applications": [hello, application]})
    assert applied.code == 0, applied
    url = system.url("pair.localhost")
    with (
        connector(system.data, tmp_path, token) as one,
        connector(system.data, tmp_path, token),
        system.sign_in(ADA, f"{url}/headers") as ada,
    ):
        assert ada.get(f"{url}/headers").status_code == 200
        os.kill(one.process.pid, 9)
        statuses = [ada.get(f"{url}/headers").status_code for _ in range(20)]
    assert statuses == [200] * 20
    for _ in eventually("nobody serves it any more"):
        with system.sign_in(ADA, f"{url}/headers") as ada:
            if ada.get(f"{url}/headers").status_code == 503:
                break
