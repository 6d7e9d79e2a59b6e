"""Bytes through the whole system, through a tunnel and directly: whole, in time, and cut on command."""

from __future__ import annotations

import hashlib
import threading
import time
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest
from websockets.exceptions import ConnectionClosed

from tests.live.commands import connector
from tests.live.origin import blocks, digest_of, origin
from tests.live.system import ADA, System
from tests.live.visitor import SCRIPT, Visitor

BLOCKS = 800
"""50 MiB."""
APPLICATIONS = ("tunnelled", "direct")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("connector")


@pytest.fixture(scope="module")
def published(system: System, folder: Path) -> Iterator[dict[str, str]]:
    """The test's own server behind both kinds of application; their URLs."""
    with origin() as port:
        token = system.cli("tunnel", "create", "mine").out.strip()
        policies = [{"id": "all", "action": "allow", "include": [{"email_domain": "example.com"}]}]
        common = {"url": f"http://127.0.0.1:{port}", "policies": policies}
        applied = system.apply(
            {
                "applications": [
                    {"id": "tunnelled", "hostname": "tunnelled.localhost", "tunnel": "mine", **common},
                    {"id": "direct", "hostname": "direct.localhost", **common},
                ]
            }
        )
        assert applied.code == 0, applied
        with connector(system.data, folder, token):
            yield {name: system.url(f"{name}.localhost") for name in APPLICATIONS}


@pytest.fixture(params=APPLICATIONS)
def visit(
    request: pytest.FixtureRequest, system: System, published: dict[str, str]
) -> Iterator[tuple[Visitor, str]]:
    """Ada, and the application's URL."""
    url = published[request.param]
    with system.sign_in(ADA, f"{url}/headers") as visitor:
        yield visitor, url


def test_an_upload_without_a_length_arrives_whole(visit: tuple[Visitor, str]) -> None:
    ada, url = visit
    found = ada.http.post(f"{url}/take", headers=SCRIPT, content=blocks(BLOCKS)).json()
    assert found["bytes"] == BLOCKS * 65536
    assert found["sha256"] == digest_of(BLOCKS)
    assert found["chunked"] == "chunked"


def test_an_upload_with_a_length_arrives_whole(visit: tuple[Visitor, str]) -> None:
    ada, url = visit
    content = b"".join(blocks(BLOCKS))
    found = ada.http.post(f"{url}/take", headers=SCRIPT, content=content).json()
    assert (found["sha256"], found["chunked"]) == (digest_of(BLOCKS), "")


def test_a_download_arrives_whole(visit: tuple[Visitor, str]) -> None:
    ada, url = visit
    digest = hashlib.sha256()
    began = time.monotonic()
    with ada.http.stream("GET", f"{url}/give?blocks={BLOCKS}", headers=SCRIPT) as answer:
        assert answer.status_code == 200
        for chunk in answer.iter_raw():
            digest.update(chunk)
    print(f"\n{BLOCKS / 16:.0f} MiB in {time.monotonic() - began:.2f} s")
    assert digest.hexdigest() == digest_of(BLOCKS)


def test_downloads_at_the_same_time_do_not_mix(visit: tuple[Visitor, str]) -> None:
    ada, url = visit
    found: list[str] = []

    def fetch() -> None:
        content = ada.http.get(f"{url}/give?blocks=40", headers=SCRIPT).content
        found.append(hashlib.sha256(content).hexdigest())

    threads = [threading.Thread(target=fetch) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert found == [digest_of(40)] * 8


def test_a_client_that_waits_for_100_continue_gets_it(system: System, visit: tuple[Visitor, str]) -> None:
    ada, url = visit
    body = b"x" * 1000
    head = (
        f"POST /take HTTP/1.1\r\nHost: {urlsplit(url).netloc}\r\nCookie: {ada.cookie(url)}\r\n"
        f"Content-Length: {len(body)}\r\nExpect: 100-continue\r\nConnection: close\r\n\r\n"
    )
    with system.door.connected(urlsplit(url).hostname or "") as connection:
        connection.sendall(head.encode())
        first = connection.recv(65536)
        assert first.startswith(b"HTTP/1.1 100"), first
        connection.sendall(body)
        answer = b""
        while chunk := connection.recv(65536):
            answer += chunk
    assert answer.startswith(b"HTTP/1.1 200")
    assert hashlib.sha256(body).hexdigest().encode() in answer


def test_requests_of_one_person_share_a_connection_to_the_origin(visit: tuple[Visitor, str]) -> None:
    ada, url = visit
    ports = {ada.http.post(f"{url}/take", headers=SCRIPT, content=b"x").json()["port"] for _ in range(10)}
    assert len(ports) == 1


def test_events_come_one_by_one_and_at_once(visit: tuple[Visitor, str]) -> None:
    ada, url = visit
    came: list[float] = []
    headers = {"accept": "text/event-stream"}
    with ada.http.stream("GET", f"{url}/stream?seconds=0.2", headers=headers) as answer:
        for line in answer.iter_lines():
            if line.startswith("data:"):
                came.append(time.monotonic())
            if len(came) == 5:
                break
    gaps = [later - earlier for earlier, later in pairwise(came)]
    assert min(gaps) > 0.05, gaps
    assert came[-1] - came[0] < 4, gaps


def test_a_websocket_carries_text_and_bytes_of_any_size(visit: tuple[Visitor, str]) -> None:
    ada, url = visit
    with ada.websocket(f"{url}/ws") as socket:
        for message in ("text", "ä€😀", b"", b"bytes", b"x" * 900_000):
            socket.send(message)
            assert socket.recv(timeout=10) == message


def test_a_revoked_persons_websocket_and_events_end(system: System, visit: tuple[Visitor, str]) -> None:
    ada, url = visit
    session = ada.get(f"{url}/cdn-cgi/access/get-identity", SCRIPT).json()["session_id"]
    with ada.websocket(f"{url}/ws") as socket:
        socket.send("before")
        assert socket.recv(timeout=5) == "before"
        headers = {"accept": "text/event-stream"}
        with ada.http.stream("GET", f"{url}/stream?seconds=0.1", headers=headers) as answer:
            lines = answer.iter_raw()
            next(lines)
            assert system.cli("session", "revoke", session).code == 0
            returned = time.monotonic()
            with pytest.raises(ConnectionClosed):
                socket.recv(timeout=5)
            with pytest.raises((httpx.RemoteProtocolError, httpx.ReadError)):
                list(lines)
    print(f"\nboth ended {time.monotonic() - returned:.2f} s after the command")
    assert time.monotonic() - returned < 1
    assert ada.get(f"{url}/", SCRIPT).status_code == 401
