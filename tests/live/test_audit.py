"""The audit log of a running Doorward: every request once, whatever dies, is full or is rotated."""

from __future__ import annotations

import json
import os
import resource
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil
import yaml

from doorward.audit_files.segments import segment_files
from tests.live.system import ADA, System, eventually, run_cli
from tests.live.visitor import SCRIPT, Visitor


def listed(system: System, *words: str) -> list[dict[str, Any]]:
    ended = system.cli("audit", "list", "--json", *words)
    assert ended.code == 0, ended
    return list(ended.json)


def request_id(visitor: Visitor, url: str) -> str:
    answer = visitor.get(url, SCRIPT)
    return str(answer.headers["x-request-id"])


def logged(system: System, ids: list[str], within: float = 10.0) -> list[dict[str, Any]]:
    """The entries of these requests, once all are there."""
    found: list[dict[str, Any]] = []
    for _ in eventually(f"{len(ids)} requests are in the audit log", within):
        found = [e for e in listed(system, "--kind", "decision") if e["request_id"] in ids]
        if len(found) >= len(ids):
            break
    return found


def is_whole(system: System) -> dict[str, Any]:
    ended = system.cli("audit", "verify", "--json")
    assert ended.code == 0, ended
    return dict(ended.json)


def answered(system: System, visitor: Visitor) -> list[str]:
    """The id of one more request, as the origin was told it."""
    echo = visitor.get(f"{system.app_url}/headers", SCRIPT).json()
    headers = {key.lower(): value for key, value in dict(echo.get("headers", echo)).items()}
    return [str(headers["x-request-id"])]


def test_every_decision_is_in_the_log_with_who_what_and_why(system: System, ada: Visitor) -> None:
    [allowed] = answered(system, ada)
    with system.visitor() as stranger:
        refused = request_id(stranger, f"{system.app_url}/secret?token=hidden")
    found = {entry["request_id"]: entry for entry in logged(system, [allowed, refused])}
    hers = found[allowed]
    assert (hers["person"], hers["decision"], hers["decided_by"]) == (ADA, "allow", "edge")
    assert (hers["country"], hers["service_token"]) == (None, None)
    assert hers["session"] == system.session_of(ada)
    assert (found[refused]["decision"], found[refused]["reason"]) == (
        "sign-in",
        "no-policy-matched,no-identity",
    )
    assert found[refused]["path"] == "/secret"
    signed_in = [e for e in listed(system, "--kind", "act", "--person", ADA) if e["act"] == "signed-in"]
    assert hers["session"] in [entry["facts"]["session"] for entry in signed_in]
    assert {entry["by"] for entry in signed_in} == {"pages"}
    is_whole(system)


def test_what_administrators_do_is_in_the_log_before_the_command_ends(system: System) -> None:
    assert system.cli("tunnel", "create", "audited").code == 0
    last = listed(system, "--kind", "act")[-1]
    assert (last["act"], last["by"]) == ("configuration-changed", "administrator")
    assert last["facts"]["changes"] == ["created tunnel audited"]


def test_machines_and_bypasses_are_told_apart(system: System) -> None:
    made = system.cli("service-token", "create", "audit-robot", "--json").json
    policies = [
        {"id": "robots", "action": "service_auth", "include": [{"service_token": "audit-robot"}]},
        {"id": "public", "action": "bypass", "include": ["everyone"]},
    ]
    present = yaml.safe_load(system.cli("export").out)["applications"]
    url = present[0]["url"]
    ours = [
        {"id": "machines", "hostname": "machines.localhost", "url": url, "policies": policies[:1]},
        {"id": "public", "hostname": "public.localhost", "url": url, "policies": policies[1:]},
    ]
    assert system.apply({"applications": [*present, *ours]}).code == 0
    credentials = {"Cf-Access-Client-Id": made["client_id"], "Cf-Access-Client-Secret": made["secret"]}
    with system.visitor() as robot:
        first = robot.get(f"{system.url('machines.localhost')}/", {**SCRIPT, **credentials})
        again = robot.get(f"{system.url('machines.localhost')}/", {**SCRIPT, **credentials})
        public = robot.get(f"{system.url('public.localhost')}/", SCRIPT)
    assert 401 not in (first.status_code, again.status_code, public.status_code)
    machine: list[dict[str, Any]] = []
    bypassed: list[dict[str, Any]] = []
    for _ in eventually("all three are in the log"):
        machine = listed(system, "--application", "machines")
        bypassed = listed(system, "--application", "public")
        if len(machine) >= 2 and bypassed:
            break
    assert len(machine) == 2, "each is logged once"
    assert [(e["decided_by"], e["service_token"]) for e in machine] == [
        ("control", "audit-robot"),
        ("control", "audit-robot"),
    ]
    assert [(e["decision"], e["service_token"], e["person"]) for e in bypassed] == [("allow", None, None)]
    assert "public" in bypassed[0]["policy"]


def test_what_clients_write_stays_inside_its_entry(system: System) -> None:
    hostile = b'x"},"act":"signed-in","\xff\xfe\xc2\x9b31m{{'
    head = b"GET /%1b%0d%0a HTTP/1.1\r\nHost: hello.localhost\r\nUser-Agent: " + hostile + b"\r\n\r\n"
    with system.door.connected("hello.localhost") as connection:
        connection.sendall(head)
        answer = connection.recv(65536).decode(errors="replace")
    [line] = [line for line in answer.splitlines() if line.lower().startswith("x-request-id:")]
    [entry] = logged(system, [line.partition(":")[2].strip()])
    assert entry["application"] == "hello"
    assert 'x"},"act":"signed-in","' in entry["user_agent"]
    text = system.cli("audit", "list", "--request-id", entry["request_id"]).out
    assert not set("\x1b\x9b") & set(text)
    assert len(text.splitlines()) == 2
    is_whole(system)


def test_nothing_is_lost_or_doubled_while_the_control_plane_is_killed(system: System, ada: Visitor) -> None:
    expected: list[str] = []
    for _ in range(3):
        expected += answered(system, ada)
        pid = system.pid_of("control")
        os.kill(pid, signal.SIGKILL)
        for _ in range(20):  # the edge goes on by itself
            expected += answered(system, ada)
        for _ in eventually("the control plane is back"):
            if system.pid_of("control") != pid and system.parts()["control"]["state"] == "ready":
                break
    found = logged(system, expected)
    assert sorted(entry["request_id"] for entry in found) == sorted(expected)
    is_whole(system)


def test_a_rotation_by_the_edge_loses_nothing(system: System, ada: Visitor) -> None:
    access_log = system.data / "logs" / "access.log"
    expected = answered(system, ada)
    moved = access_log.rename(access_log.with_name("access.log.1"))
    expected += answered(system, ada)
    for _ in eventually("the edge was told to open its log anew, and what was moved is read and removed"):
        expected += answered(system, ada)
        if access_log.exists() and not moved.exists():
            break
    expected += answered(system, ada)
    found = logged(system, expected)
    assert sorted(entry["request_id"] for entry in found) == sorted(expected)
    is_whole(system)


@contextmanager
def no_room(system: System) -> Iterator[None]:
    """The control plane can make no file longer than its segment is now, as if its disk were full; the
    edge is not touched."""
    process = psutil.Process(system.pid_of("control"))
    size = segment_files(system.data / "audit")[-1].stat().st_size
    before = process.rlimit(resource.RLIMIT_FSIZE)
    process.rlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        process.rlimit(resource.RLIMIT_FSIZE, before)


def test_while_nothing_can_be_written_nothing_is_changed_and_traffic_goes_on(
    system: System, ada: Visitor
) -> None:
    before = system.cli("export").out
    restarts = system.parts()["control"]["restarts"]
    with no_room(system):
        refused = system.cli("tunnel", "create", "too-much")
        assert refused.code == 1
        assert "cannot be written (File too large)" in refused.err
        assert "nothing was changed" in refused.err
        assert system.cli("export").out == before
        expected = answered(system, ada)
        with system.visitor() as other:
            page = other.sign_in(f"{system.app_url}/", ADA, system.password(ADA))
            assert page.status_code == 503
            assert other.get(f"{system.app_url}/", SCRIPT).status_code == 401
        for _ in eventually("the status says so"):
            if "cannot be written" in system.cli("status").out:
                break
    for _ in eventually("there is room again"):
        if system.cli("tunnel", "create", "enough").code == 0:
            break
    assert system.parts()["control"]["restarts"] == restarts
    [entry] = logged(system, expected)
    assert entry["person"] == ADA
    is_whole(system)


def test_a_stopped_machine_is_verified_and_every_change_found(tmp_path: Path) -> None:
    with System(tmp_path / "demo") as system:
        with system.sign_in(ADA):
            pass
        kept = system.cli("audit", "checkpoint", "--json").json
    verified = run_cli("audit", "verify", "--json", data=system.data)
    assert verified.code == 0
    assert verified.json["signed"] == verified.json["entries"] - 1
    file = tmp_path / "kept.json"
    file.write_text(json.dumps(kept))
    assert run_cli("audit", "verify", "--checkpoint", str(file), data=system.data).code == 0
    [path] = segment_files(system.data / "audit")
    lines = path.read_bytes().splitlines(keepends=True)
    for changed, words in (
        ([lines[0], *lines[2:]], "missing"),
        ([*lines[:3], lines[4], lines[3], *lines[5:]], "reordered"),
        (lines[:-3], "cut off"),
        ([line.replace(b"ada@example.com", b"eve@example.com") for line in lines], "edited"),
    ):
        path.write_bytes(b"".join(changed))
        ended = run_cli("audit", "verify", data=system.data)
        assert (ended.code, words in ended.out) == (1, True), ended
