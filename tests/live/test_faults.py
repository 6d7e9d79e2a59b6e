"""Parts that die, origins and connectors that are away: what people then see, and for how long."""

from __future__ import annotations

import os
import signal

import httpx
import pytest
import yaml

from tests.live.system import ADA, System, eventually, free_ports
from tests.live.visitor import SCRIPT, Visitor

BACK_WITHIN = 5.0


def serves(system: System, visitor: Visitor) -> bool:
    """Whether Ada is served and a stranger is asked to sign in."""
    try:
        hers = visitor.get(f"{system.app_url}/headers", SCRIPT)
        with system.visitor() as stranger:
            asked = stranger.open(f"{system.app_url}/")
    except httpx.HTTPError:
        return False
    return hers.status_code == asked.status_code == 200 and ADA in hers.text and "password" in asked.text


@pytest.mark.parametrize("part", ["edge", "relay", "connector", "edge-connector", "control"])
def test_a_killed_part_is_back_soon_and_nothing_is_lost(system: System, ada: Visitor, part: str) -> None:
    before = system.cli("export", "--with-secrets").out
    sessions = [session["id"] for session in system.cli("session", "list", "--json").json]
    assert serves(system, ada)
    pid = system.pid_of(part)
    os.kill(pid, signal.SIGKILL)
    seconds = 0.0
    for seconds in eventually(f"{part} serves again", BACK_WITHIN):  # noqa: B007 - reported below
        found = system.parts()[part]
        if found["pid"] != pid and found["state"] == "ready" and serves(system, ada):
            break
    print(f"\n{part}: serving again {seconds:.1f} s after kill -9")
    assert system.cli("export", "--with-secrets").out == before
    assert sessions == [session["id"] for session in system.cli("session", "list", "--json").json]
    assert system.parts()[part]["restarts"] == 1
    for _ in eventually("status is ready"):
        if system.cli("status").code == 0:
            break


def test_a_session_that_was_revoked_stays_so_when_everything_is_killed(system: System, ada: Visitor) -> None:
    with system.sign_in(ADA) as other:
        session = other.get(f"{system.app_url}/cdn-cgi/access/get-identity", SCRIPT).json()["session_id"]
        assert system.cli("session", "revoke", session).code == 0
        pids = {part: system.pid_of(part) for part in ("control", "edge", "relay")}
        for pid in pids.values():
            os.kill(pid, signal.SIGKILL)
        for _ in eventually("everything serves again", 3 * BACK_WITHIN):
            changed = all(system.pid_of(part) != pid for part, pid in pids.items())
            if changed and serves(system, ada):
                break
        assert other.get(f"{system.app_url}/", SCRIPT).status_code == 401


@pytest.fixture(scope="module")
def with_away(system: System) -> None:
    """Applications whose origin is down, and whose tunnel has no connector."""
    assert system.cli("tunnel", "create", "lonely").code == 0
    present = yaml.safe_load(system.cli("export").out)["applications"]
    policies = [{"id": "all", "action": "allow", "include": [{"email_domain": "example.com"}]}]
    [closed] = free_ports(1)
    away = {
        "down": {"url": f"http://127.0.0.1:{closed}", "tunnel": "sample"},
        "direct-down": {"url": f"http://127.0.0.1:{closed}"},
        "lonely": {"url": f"http://127.0.0.1:{closed}", "tunnel": "lonely"},
    }
    applications = [
        {"id": name, "hostname": f"{name}.localhost", "policies": policies, **settings}
        for name, settings in away.items()
    ]
    applied = system.apply({"applications": [*present, *applications]})
    assert applied.code == 0, applied


@pytest.mark.parametrize(
    ("name", "status", "error", "words"),
    [
        ("down", 502, "origin-down", "This application does not answer"),
        ("direct-down", 502, "origin-down", "This application does not answer"),
        ("lonely", 503, "no-connector", "This application is not connected"),
    ],
)
@pytest.mark.usefixtures("with_away")
def test_what_is_away_is_told_apart_in_words(
    system: System, name: str, status: int, error: str, words: str
) -> None:
    url = system.url(f"{name}.localhost")
    with system.visitor() as visitor:
        page = visitor.sign_in(f"{url}/", ADA, system.password(ADA))
        program = visitor.get(f"{url}/", SCRIPT)
        with system.visitor() as stranger:
            assert stranger.get(f"{url}/", SCRIPT).status_code == 401
    assert page.status_code == status
    assert words in page.text
    assert page.headers["x-request-id"] in page.text
    assert "127.0.0.1" not in page.text
    assert (program.status_code, program.json()["error"]) == (status, error)


def test_an_unknown_host_is_told_so(system: System) -> None:
    with system.door.connected("hello.localhost") as connection:
        connection.sendall(b"GET / HTTP/1.1\r\nHost: nobody.localhost\r\nAccept: text/html\r\n\r\n")
        answer = connection.recv(65536)
    assert answer.startswith(b"HTTP/1.1 404")
    assert b"There is no application here" in answer
