"""The demonstration: from one command to a working system, and back to nothing."""

from __future__ import annotations

import hashlib
import os
import signal
import socket
import stat
import subprocess
from pathlib import Path

import pytest

from tests.live.system import ADA, BOB, STOP_WITHIN, System, environment, free_ports, run_cli

PARTS = {"control", "relay", "edge", "edge-connector", "sample", "connector"}

WRONG_FILE = """\
version: 1
applications:
  - id: wiki
    hostname: wiki.localhost
    url: http://127.0.0.1:9
    policies:
      - id: staff
        action: alow
        include: [{email: ada@example.com}]
"""


def start_and_fail(system: System) -> tuple[int, str]:
    """Start a demonstration that cannot start; its exit code and what it said."""
    done = subprocess.run(
        system.command(), capture_output=True, text=True, timeout=60, check=False, env=environment()
    )
    assert system.processes() == []
    return done.returncode, done.stdout + done.stderr


def digests(folder: Path) -> dict[str, str]:
    """What each file in the folder itself holds."""
    return {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.iterdir()
        if path.is_file()
    }


def test_it_describes_itself_in_one_json_line(system: System) -> None:
    found = system.described
    assert found["team_url"] == f"https://access.localhost:{system.ports['https']}"
    assert found["application_url"] == f"https://hello.localhost:{system.ports['https']}"
    assert {person["email"]: person["may_open"] for person in found["people"]} == {ADA: True, BOB: False}
    assert Path(found["ca_file"]).read_text().startswith("-----BEGIN CERTIFICATE-----")
    assert found["data"] == str(system.data)


def test_both_addresses_answer_over_verified_tls(system: System) -> None:
    with system.visitor() as visitor:
        launcher, application = visitor.open(system.team_url), visitor.open(system.app_url)
    assert launcher.status_code == application.status_code == 200
    assert launcher.url.host == application.url.host == "access.localhost"
    assert 'type="password"' in launcher.text
    assert "Hello" in application.text


def test_status_names_every_part_and_is_ready(system: System) -> None:
    status = system.cli("status", "--json")
    assert status.code == 0, status
    assert status.json["ready"] is True
    assert set(status.json["parts"]) == PARTS
    assert {part["state"] for part in status.json["parts"].values()} == {"ready"}
    assert status.json["edges"][0]["accepted"] == status.json["published"]


def test_metrics_are_served(system: System) -> None:
    with system.visitor() as visitor, pytest.raises(Exception, match="no way"):
        visitor.get(system.described["metrics_url"])
    with socket.create_connection(("127.0.0.1", system.ports["metrics"]), 5) as connection:
        connection.sendall(b"GET /metrics HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        assert connection.recv(65536).startswith(b"HTTP/1.1 200")


def test_sessions_are_listed(system: System) -> None:
    with system.sign_in(ADA):
        listed = system.cli("session", "list", "--email", ADA, "--json").json
    assert listed[0]["email"] == ADA
    assert listed[0]["identity_provider"] == "staff"
    assert listed[0]["source"] == "127.0.0.1"


def test_what_is_exported_can_be_applied_and_changes_nothing(system: System) -> None:
    exported = system.cli("export", "--with-secrets")
    assert exported.code == 0, exported
    applied = system.cli("apply", "-f", "-", stdin=exported.out)
    assert (applied.code, applied.out.splitlines()[0]) == (0, "Nothing to change."), applied
    assert system.cli("export", "--with-secrets").out == exported.out


def test_an_export_without_secrets_keeps_them_to_itself_and_can_be_applied_too(system: System) -> None:
    exported = system.cli("export").out
    assert "$argon2" not in exported
    applied = system.cli("apply", "-f", "-", stdin=exported)
    assert (applied.code, applied.out.splitlines()[0]) == (0, "Nothing to change."), applied


def test_a_wrong_file_is_refused_with_its_line_and_field_and_changes_nothing(
    system: System, tmp_path: Path
) -> None:
    before = system.cli("export", "--with-secrets").out
    file = tmp_path / "access.yaml"
    file.write_text(WRONG_FILE)
    applied = system.cli("apply", "-f", str(file))
    assert applied.code == 1
    assert f"{file}:8" in applied.err
    assert "applications[0].policies[0].action" in applied.err
    assert "allow" in applied.err
    assert "Traceback" not in applied.err
    assert system.cli("export", "--with-secrets").out == before


def test_a_second_one_on_the_same_folder_is_refused(system: System) -> None:
    other = System(system.data)
    done = subprocess.run(
        other.command(), capture_output=True, text=True, timeout=60, check=False, env=environment()
    )
    assert done.returncode == 1
    assert str(system.data) in done.stderr
    assert "Traceback" not in done.stderr
    assert system.cli("status").code == 0


@pytest.mark.parametrize("name", ["https", "relay", "metrics", "sample"])
def test_a_taken_port_is_named_with_its_option(tmp_path: Path, name: str) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        ports = dict(zip(("https", "relay", "metrics", "sample"), free_ports(4), strict=True))
        ports[name] = int(taken.getsockname()[1])
        code, said = start_and_fail(System(tmp_path / "data", ports))
    assert code == 1
    assert str(ports[name]) in said
    assert f"--{name}-port" in said
    assert "Traceback" not in said


def test_a_file_in_place_of_the_data_folder_is_named(tmp_path: Path) -> None:
    data = tmp_path / "data"
    data.write_text("not a folder")
    code, said = start_and_fail(System(data))
    assert code == 1
    assert str(data) in said
    assert "Traceback" not in said
    assert data.read_text() == "not a folder"


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    parent = tmp_path / "file"
    parent.write_text("")
    code, said = start_and_fail(System(parent / "data"))
    assert code == 1
    assert str(parent) in said
    assert "Traceback" not in said


def test_commands_without_a_running_system_say_how_to_start_one(tmp_path: Path) -> None:
    ended = run_cli("status", data=tmp_path)
    assert ended.code == 1
    assert "doorward serve" in ended.err


def test_stopping_and_starting_again_keeps_sessions_passwords_and_keys(tmp_path: Path) -> None:
    system = System(tmp_path / "data")
    with system:
        passwords = system.described["people"]
        ada = system.sign_in(ADA)
        assert ada.get(f"{system.app_url}/headers").status_code == 200
        assert stat.S_IMODE(system.data.stat().st_mode) == 0o700
        assert system.stop() == 0
        system.start()
        assert system.described["people"] == passwords
        again = ada.get(f"{system.app_url}/headers")
        assert again.status_code == 200
        assert ADA in again.text
        assert ada.open(system.team_url).status_code == 200
        ada.close()


def test_ctrl_c_while_it_starts_leaves_nothing_behind(tmp_path: Path) -> None:
    system = System(tmp_path / "data")
    with subprocess.Popen(
        system.command(), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=environment()
    ) as process:
        report = system.data / "run" / "parts.json"
        while process.poll() is None and not report.exists():
            os.sched_yield()
        process.send_signal(signal.SIGINT)
        said, _ = process.communicate(timeout=STOP_WITHIN)
    assert process.returncode == 0, said
    assert "Traceback" not in said
    assert system.processes() == []


def test_a_damaged_database_is_told_and_left_as_it_is(tmp_path: Path) -> None:
    system = System(tmp_path / "data")
    with system:
        pass
    [database] = [path for path in system.data.iterdir() if path.suffix in (".db", ".sqlite", ".sqlite3")]
    content = bytearray(database.read_bytes())
    content[0:4096] = b"\x5a" * 4096
    database.write_bytes(content)
    before = digests(system.data)
    code, said = start_and_fail(system)
    assert code == 1
    assert str(database.name) in said
    assert "damaged" in said
    assert "Traceback" not in said
    assert digests(system.data)[database.name] == before[database.name]
