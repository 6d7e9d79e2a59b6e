"""Rules about countries in a whole Doorward, by requests from addresses of this machine whose country a
database of the test's own knows. 127.0.0.1 is a load balancer that is trusted, so that others can be tried.

What an edge that decides alone says must be what the control plane says, and no client may say anything.
"""

from __future__ import annotations

import json
import shutil
import socketserver
import subprocess
import threading
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from hyperframe.frame import DataFrame, HeadersFrame

from tests.geography.databases import write_database
from tests.live.http2 import http2
from tests.live.system import System, environment, eventually
from tests.live.test_attacks import SPELLINGS
from tests.live.test_trusted_proxies import application, ask, bypass, headers_at_origin, is_open
from tests.live.visitor import status_of

GERMAN, RUSSIAN, ODD, UNKNOWN = "127.0.0.2", "127.0.0.3", "127.0.0.4", "127.0.0.5"
PEERS = (GERMAN, RUSSIAN, ODD, UNKNOWN)
BALANCER = "127.0.0.1"
BUILT = 1_795_132_800  # 2026-11-20
SECRET = "a-secret-of-more-than-32-characters-for-ci"
MACHINE = f"CF-Access-Client-Id: ci.access\r\nCF-Access-Client-Secret: {SECRET}\r\n"
INTERNAL = ("X-Doorward-Country", "X-Doorward-Continent", "Doorward.Request", "Country")

Selectors = list[str | dict[str, str]]
ALL: Selectors = ["everyone"]
RULES: Mapping[str, tuple[Mapping[str, Selectors], set[str]]] = {
    "german": ({"include": [{"country": "DE"}]}, {GERMAN}),
    "germany": ({"include": ALL, "require": [{"country": "de"}]}, {GERMAN}),
    "notrussia": ({"include": ALL, "exclude": [{"country": "RU"}]}, {GERMAN, ODD}),
    "europe": ({"include": [{"continent": "EU"}]}, {GERMAN, RUSSIAN}),
    "noteurope": ({"include": ALL, "exclude": [{"continent": "EU"}]}, set()),
    "notafrica": ({"include": ALL, "exclude": [{"continent": "AF"}]}, {GERMAN, RUSSIAN}),
}
"""Rules of an application, and the peers that they let in: whose country is not known, nowhere."""


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_database(tmp_path_factory.mktemp("given") / "countries.mmdb", built=BUILT)


@pytest.fixture(scope="module")
def system(tmp_path_factory: pytest.TempPathFactory, database: Path) -> Iterator[System]:
    settings = {"geoip_database": str(database), "trusted_proxies": BALANCER}
    with System(tmp_path_factory.mktemp("located"), settings=settings) as running:
        token = {"id": "ci", "client_id": "ci.access", "secret": SECRET}
        assert running.apply({"service_tokens": [token]}).code == 0
        running.add_applications(
            *(
                application(running, name, {"id": "open", "action": "bypass", **rules})
                for name, (rules, _) in RULES.items()
            ),
            *(
                application(running, f"machine-{name}", for_a_machine(rules))
                for name, (rules, _) in RULES.items()
            ),
            application(running, "open", bypass("everyone")),
        )
        yield running


def for_a_machine(rules: Mapping[str, Selectors]) -> dict[str, object]:
    """The same rules about one that is known by its service token."""
    places = [selector for selector in rules["include"] if selector != "everyone"]
    return {
        "id": "ci",
        "action": "service_auth",
        **rules,
        "include": [{"service_token": "ci"}],
        "require": [*rules.get("require", []), *places],
    }


def admitted(system: System, host: str, *, more: str = "") -> set[str]:
    """The peers that an application lets in."""
    return {
        peer
        for peer in PEERS
        if status_of(ask(system, (), host=f"{host}.localhost", peer=peer, more=more)) == 200
    }


@pytest.mark.parametrize("name", RULES)
def test_the_edge_lets_in_who_is_known_to_be_where_the_rules_want_it(system: System, name: str) -> None:
    assert admitted(system, name) == RULES[name][1]


@pytest.mark.parametrize("name", RULES)
def test_so_does_the_control_plane(system: System, name: str) -> None:
    """Only it knows a machine by id and secret."""
    assert admitted(system, f"machine-{name}", more=MACHINE) == RULES[name][1]


@pytest.mark.parametrize(
    ("source", "german"),
    [
        ("192.0.2.7", True),
        ("::ffff:192.0.2.7", True),
        ("198.51.100.7", False),
        ("2001:db8::1", False),
        ("203.0.113.99", False),
        ("192.168.0.1", False),
        ("198.51.100.7, 192.0.2.7", True),
        ("192.0.2.7, 198.51.100.7", False),
    ],
)
def test_behind_a_balancer_it_is_the_country_of_the_client_and_not_of_the_balancer(
    system: System, source: str, *, german: bool
) -> None:
    for host, more in (("german", ""), ("machine-german", MACHINE)):
        answer = ask(system, (source,), host=f"{host}.localhost", peer=BALANCER, more=more)
        assert (status_of(answer) == 200) == german, (host, answer[:200])
        lied = ask(system, (source,), host=f"{host}.localhost", peer=RUSSIAN, more=more)
        assert status_of(lied) != 200, host


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_no_spelling_of_a_forged_country_opens_anything_or_reaches_the_origin(
    system: System, spelling: str
) -> None:
    for name in INTERNAL:
        forged = SPELLINGS[spelling](name).replace("forged-by-a-client", "DE")
        for peer in (RUSSIAN, UNKNOWN):
            answer = ask(system, (), host="german.localhost", peer=peer, more=forged)
            assert status_of(answer) != 200, (name, peer, answer[:200])
        through = ask(system, (), host="open.localhost", peer=UNKNOWN, more=forged)
        if status_of(through) == 200:
            seen = {key for key, _ in headers_at_origin(through)}
            assert not {key for key in seen if key.startswith("x-doorward")}, name


def test_the_country_that_the_edge_found_reaches_no_origin(system: System) -> None:
    answer = ask(system, (), host="german.localhost", peer=GERMAN)
    assert not [name for name, _ in headers_at_origin(answer) if "country" in name or "doorward" in name]


def target(authority: str, path: str) -> list[tuple[str, str]]:
    return [(":scheme", "https"), (":authority", authority), (":path", path)]


class _Raw(socketserver.BaseRequestHandler):
    """Keeps one request to its last chunk and trailers, and answers."""

    seen: list[bytes]

    def handle(self) -> None:
        file, received = self.request.makefile("rb"), b""
        ended = False
        while line := file.readline():
            received += line
            ended |= line == b"0\r\n"
            if ended and line == b"\r\n":
                break
        self.seen.append(received)
        self.request.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok")


def test_a_country_in_a_trailer_is_no_country_and_goes_no_further(system: System) -> None:
    seen: list[bytes] = []
    handler = type("Handler", (_Raw,), {"seen": seen})
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        url = f"http://127.0.0.1:{server.server_address[1]}"
        system.add_applications(
            {**application(system, "raw", bypass("everyone")), "url": url},
            {**application(system, "rawgerman", bypass({"country": "DE"})), "url": url},
        )
        for host, status in (("raw.localhost", 200), ("rawgerman.localhost", 403)):
            authority = f"{host}:{system.ports['https']}"
            chunked = (
                f"POST / HTTP/1.1\r\nHost: {authority}\r\nTransfer-Encoding: chunked\r\nTE: trailers\r\n"
                "Trailer: X-Doorward-Country\r\nConnection: close\r\n\r\n"
                "1\r\na\r\n0\r\nX-Doorward-Country: DE\r\n\r\n"
            )
            assert status_of(system.door_from(UNKNOWN).ask(chunked.encode(), host)) == status
            with http2(system.door_from(UNKNOWN), host) as client:
                fields = [(":method", "POST"), *target(authority, "/")]
                trailer = client.block([("x-doorward-country", "DE")])
                client.send(
                    client.head(1, fields, end=False),
                    DataFrame(1, b"a"),
                    HeadersFrame(1, trailer, flags=["END_HEADERS", "END_STREAM"]),
                )
                client.listen(lambda: client.answers[1].over)
                assert client.answers[1].status == status
        server.shutdown()
    assert len(seen) == 2
    announced = b"trailer: x-doorward-country"  # its name alone, which says nothing
    assert not [one for one in seen if b"x-doorward" in one.lower().replace(announced, b"")]


def test_over_http2_two_lines_are_read_as_over_http1(system: System) -> None:
    host = "german.localhost"
    for first, second, status in (
        ("198.51.100.7", "192.0.2.7", 200),
        ("192.0.2.7", "198.51.100.7", 403),
        ("192.0.2.7", "garbage", 403),
    ):
        with http2(system.door, host) as client:
            authority = f"{host}:{system.ports['https']}"
            fields = [(":method", "GET"), *target(authority, "/headers")]
            said = [("x-forwarded-for", first), ("x-forwarded-for", second), ("x-doorward-country", "DE")]
            assert client.ask([*fields, *said]).status == status


def test_the_status_says_the_databases_date(system: System) -> None:
    assert "Countries: Test-Country of 2026-11-20" in system.cli("status").out
    found = system.cli("status", "--json").json["geoip_database"]
    assert found == {"kind": "Test-Country", "built": "2026-11-20T00:00:00+00:00", "problem": ""}


def test_a_new_database_is_taken_and_a_broken_one_is_told(system: System, database: Path) -> None:
    """Both parts follow, and an open stream from what is now the wrong country is cut."""
    before = database.read_bytes()
    url = f"{system.url('german.localhost')}/ws"
    with system.visitor(GERMAN) as visitor, visitor.websocket(url) as stream:
        assert is_open(stream)
        database.write_bytes(before[: len(before) // 2])
        for _ in eventually("the broken database is told"):
            if "is not a database in MaxMind's format" in system.cli("status").out:
                break
        assert admitted(system, "german") == admitted(system, "machine-german", more=MACHINE) == {GERMAN}
        assert is_open(stream)
        began = time.monotonic()
        write_database(database, {"127.0.0.2/32": "FR", "127.0.0.5/32": "DE"}, built=BUILT + 86_400)
        for _ in eventually("the stream is cut"):
            if not is_open(stream):
                break
        print(f"\ncut {time.monotonic() - began:.1f} s after the database was replaced")
    assert admitted(system, "german") == admitted(system, "machine-german", more=MACHINE) == {UNKNOWN}
    shown = system.cli("status").out
    assert "Countries: Test-Country of 2026-11-21" in shown
    assert "MaxMind's format" not in shown


@pytest.mark.parametrize("kind", ["missing", "broken"])
def test_it_does_not_start_with_a_database_that_cannot_be_used(
    tmp_path_factory: pytest.TempPathFactory, tmp_path: Path, kind: str
) -> None:
    file = tmp_path / "countries.mmdb"
    if kind == "broken":
        shutil.copy(__file__, file)
    system = System(tmp_path_factory.mktemp("unlocated"))
    done = subprocess.run(
        system.command(),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        env=environment() | {"DOORWARD_GEOIP_DATABASE": str(file)},
    )
    said = done.stdout + done.stderr
    assert done.returncode != 0
    assert f"geoip_database: {file} " in said, said
    assert "Traceback" not in said
    assert system.processes() == []


def test_without_a_database_nobody_is_anywhere(tmp_path_factory: pytest.TempPathFactory) -> None:
    with System(tmp_path_factory.mktemp("nowhere")) as system:
        system.add_applications(
            application(system, "german", bypass({"country": "DE"})),
            application(
                system,
                "notrussia",
                {"id": "o", "action": "bypass", "include": ["everyone"], "exclude": [{"country": "RU"}]},
            ),
        )
        assert admitted(system, "german") == admitted(system, "notrussia") == set()
        assert json.loads(system.cli("status", "--json").out)["geoip_database"] is None
        assert "Countries" not in system.cli("status").out
