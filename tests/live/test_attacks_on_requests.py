"""Odd requests at the edge: paths that two servers read in two ways, framing, hosts, methods, upgrades.

The application here has a policy, so whoever is not signed in must get nothing from it; and whoever is
sees at the origin exactly the path that was judged.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

import pytest
from websockets.exceptions import InvalidStatus

from tests.live.system import ADA, System
from tests.live.visitor import Visitor, status_of

HOST = "hello.localhost"

REFUSED_PATHS = (
    "/public/%2e%2e;/headers",
    "/public/%2E%2e;x/headers",
    "/public/.%2e;/headers",
    "/public/..%3b/headers",
    "/public/..%3B/headers",
    "/public/%2e%2e%3b/headers",
    "/%252e%252e/headers",
    "/public/%252e%252e%252fheaders",
    "/%255c..%255cheaders",
    "/public%2f..%2fheaders",
    "/public%5c..%5cheaders",
    "/headers%00",
    "/headers%00.png",
    "/" + "a" * 40_000,
)
NORMALISED_PATHS = {
    "//headers": "/headers",
    "/public//..//headers": "",
    "/public/..;/headers": "/headers",
    "/public/..;a=b/headers": "/headers",
    "/.;/headers": "/headers",
    "/./headers": "/headers",
    "/public/../headers": "/headers",
    "/public/%2e%2e/headers": "/headers",
    "/../../../headers": "/headers",
    "\\headers": "",
    "/public\\..\\headers": "/headers",
    "/headers#fragment": "",
    "/headers;a=b": "",
    "/headers/": "",
    "/HEADERS": "",
    "/headers?x=/../y&z=//": "/headers",
    "/headers?../..;/": "/headers",
}

SMUGGLING = {
    "CL and TE": "Content-Length: 4\r\nTransfer-Encoding: chunked\r\n",
    "TE and CL": "Transfer-Encoding: chunked\r\nContent-Length: 4\r\n",
    "two lengths": "Content-Length: 0\r\nContent-Length: 44\r\n",
    "a list of lengths": "Content-Length: 0, 44\r\n",
    "a signed length": "Content-Length: +5\r\n",
    "a negative length": "Content-Length: -1\r\n",
    "a hexadecimal length": "Content-Length: 0x5\r\n",
    "an empty length": "Content-Length:\r\n",
    "xchunked": "Transfer-Encoding: xchunked\r\n",
    "chunked, identity": "Transfer-Encoding: chunked, identity\r\n",
    "identity, chunked": "Transfer-Encoding: identity, chunked\r\n",
    "chunked twice": "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n",
    "chunked and another": "Transfer-Encoding: chunked\r\nTransfer-Encoding: x\r\nContent-Length: 4\r\n",
    "a space before the colon": "Transfer-Encoding : chunked\r\nContent-Length: 4\r\n",
    "a tab in the value": "Transfer-Encoding:\tchunked\r\nContent-Length: 4\r\n",
    "a vertical tab": "Transfer-Encoding: \x0bchunked\r\nContent-Length: 4\r\n",
    "quoted": 'Transfer-Encoding: "chunked"\r\nContent-Length: 4\r\n',
    "folded": "Transfer-Encoding:\r\n chunked\r\nContent-Length: 4\r\n",
    "an underscore": "Transfer_Encoding: chunked\r\nContent-Length: 4\r\n",
    "a NUL": "X-A: b\x00c\r\n",
}


@pytest.fixture(autouse=True)
def serves_on(system: System, ada: Visitor) -> Iterator[None]:
    """After each attack the same edge process serves, and Ada is still who she is."""
    pid = system.pid_of("edge")
    yield
    assert system.pid_of("edge") == pid
    assert ADA in ada.get(f"{system.app_url}/headers").text


def request(
    system: System,
    target: str,
    *,
    method: str = "GET",
    more: str = "",
    cookie: str = "",
    host: str | None = None,
) -> bytes:
    """One request with this request target, byte by byte as given."""
    named = f"{HOST}:{system.ports['https']}" if host is None else host
    sent = f"{method} {target} HTTP/1.1\r\nHost: {named}\r\nAccept: */*\r\n{more}"
    sent += f"Cookie: {cookie}\r\n" if cookie else ""
    return (sent + "Connection: close\r\n\r\n").encode("latin-1")


def path_at_origin(answer: bytes) -> str | None:
    """The path that the origin saw, or none when it was not reached or has no such page."""
    found = re.search(rb'\{"method.*\}', answer, re.DOTALL)
    return str(json.loads(found.group())["path"]) if found and status_of(answer) == 200 else None


@pytest.mark.parametrize("path", REFUSED_PATHS, ids=lambda path: path[:40])
def test_a_path_that_can_be_read_in_two_ways_is_refused(system: System, ada: Visitor, path: str) -> None:
    for cookie in ("", ada.cookie(system.app_url)):
        answer = system.door.ask(request(system, path, cookie=cookie))
        assert status_of(answer) in (400, 414, 431), answer[:300]
        assert path_at_origin(answer) is None


@pytest.mark.parametrize("path", NORMALISED_PATHS, ids=lambda path: path[:40])
def test_any_other_path_is_judged_and_arrives_as_one_path(system: System, ada: Visitor, path: str) -> None:
    stranger = system.door.ask(request(system, path))
    assert 400 <= status_of(stranger) < 500
    hers = system.door.ask(request(system, path, cookie=ada.cookie(system.app_url)))
    if NORMALISED_PATHS[path]:
        assert path_at_origin(hers) == NORMALISED_PATHS[path]
    else:
        assert status_of(hers) in (200, 307, 400, 404), hers[:200]
        assert path_at_origin(hers) is None


@pytest.mark.parametrize("path", ["/cdn-cgi/access/../../headers", "/cdn-cgi/access/%2e%2e/%2e%2e/headers"])
def test_our_own_paths_are_no_way_round_the_policy(system: System, path: str) -> None:
    assert status_of(system.door.ask(request(system, path))) == 401


def test_what_is_below_our_paths_never_reaches_the_application(system: System, ada: Visitor) -> None:
    for path in ("/cdn-cgi/access/headers", "/cdn-cgi/access/", "/cdn-cgi/access/static/../x"):
        answer = system.door.ask(request(system, path, cookie=ada.cookie(system.app_url)))
        assert status_of(answer) == 404
        assert path_at_origin(answer) is None


# --- hosts --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "host",
    [
        "nobody.localhost",
        "localhost",
        "127.0.0.1",
        "",
        "hello.localhost@evil.example",
        "evil.example@hello.localhost",
        "hello.localhost,evil.example",
        "hello.localhost evil.example",
        "hello.localhost/../x",
        "hello.localhost:1:2",
        "hello.localhost.evil.example",
        "xhello.localhost",
        "hello.localhost;for=1.2.3.4",
        'hello.localhost"',
        "hello%2elocalhost",
        "*",
    ],
)
def test_no_other_host_is_the_application(system: System, ada: Visitor, host: str) -> None:
    answer = system.door.ask(request(system, "/headers", cookie=ada.cookie(system.app_url), host=host))
    assert status_of(answer) in (400, 404), answer[:200]


@pytest.mark.parametrize(
    "host", ["HELLO.localhost", "hello.LOCALHOST.", "hello.localhost", "hello.localhost:443"]
)
def test_spellings_of_the_host_are_judged_alike_and_arrive_as_one(
    system: System, ada: Visitor, host: str
) -> None:
    assert status_of(system.door.ask(request(system, "/headers", host=host))) in (401, 404)
    answer = system.door.ask(request(system, "/headers", cookie=ada.cookie(system.app_url), host=host))
    assert status_of(answer) in (200, 404)
    if status_of(answer) == 200:
        assert f'["host","hello.localhost:{system.ports["https"]}"]' in answer.decode()


@pytest.mark.parametrize(
    "head",
    [
        "GET /headers HTTP/1.1\r\n",
        "GET /headers HTTP/1.0\r\n",
        "GET /headers\r\n",
        "GET /headers HTTP/2.0\r\nHost: hello.localhost\r\n",
        "GET /headers HTTP/1.1\r\nHost: hello.localhost\r\nHost: evil.example\r\n",
        "GET /headers HTTP/1.1\r\nHost: evil.example\r\nHost: hello.localhost\r\n",
        "GET http://evil.example/headers HTTP/1.1\r\nHost: hello.localhost\r\n",
        "GET hello.localhost/headers HTTP/1.1\r\nHost: hello.localhost\r\n",
        "GET /headers HTTP/1.1 x\r\nHost: hello.localhost\r\n",
        "G\x00T /headers HTTP/1.1\r\nHost: hello.localhost\r\n",
    ],
)
def test_a_request_without_one_clear_host_is_refused(system: System, ada: Visitor, head: str) -> None:
    sent = f"{head}Cookie: {ada.cookie(system.app_url)}\r\nConnection: close\r\n\r\n"
    answer = system.door.say(sent.encode("latin-1"), patience=2)
    assert path_at_origin(answer) is None
    assert not answer or 400 <= status_of(answer) < 500, answer[:200]


@pytest.mark.parametrize(
    "line", ["GET https://evil.example@hello.localhost/headers HTTP/1.1", "GET  /headers HTTP/1.1"]
)
def test_what_is_repaired_arrives_repaired(system: System, ada: Visitor, line: str) -> None:
    sent = f"{line}\r\nHost: hello.localhost\r\nCookie: {ada.cookie(system.app_url)}\r\n\r\n"
    answer = system.door.ask(sent.encode())
    assert path_at_origin(answer) == "/headers"
    assert b"evil.example" not in answer
    assert status_of(system.door.ask(f"{line}\r\nHost: hello.localhost\r\n\r\n".encode())) == 401


def test_an_absolute_address_counts_and_not_the_host_header(system: System, ada: Visitor) -> None:
    port = system.ports["https"]
    target = f"https://hello.localhost:{port}/headers"
    stranger = system.door.ask(request(system, target, host=f"access.localhost:{port}"))
    assert status_of(stranger) == 401
    hers = request(system, target, host="evil.example", cookie=ada.cookie(system.app_url))
    answer = system.door.ask(hers)
    assert path_at_origin(answer) == "/headers"
    assert b"evil.example" not in answer


# --- framing --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", SMUGGLING)
def test_no_second_request_can_be_hidden_in_a_first(system: System, ada: Visitor, kind: str) -> None:
    hidden = "GET /headers?smuggled HTTP/1.1\r\nHost: x\r\n\r\n"
    cookie = ada.cookie(system.app_url)
    for body in (f"0\r\n\r\n{hidden}", f"5c\r\n{hidden}\r\n0\r\n\r\n", hidden):
        head = (
            f"POST /headers HTTP/1.1\r\nHost: {HOST}:{system.ports['https']}\r\nCookie: {cookie}\r\n"
            f"{SMUGGLING[kind]}\r\n"
        )
        answer = system.door.say((head + body).encode("latin-1"), patience=0.3)
        assert b'"query":"smuggled"' not in answer
        statuses = [int(status) for status in re.findall(rb"HTTP/1\.1 (\d{3})", answer)]
        assert all(status == 200 or 400 <= status < 600 for status in statuses)
        assert statuses.count(200) <= 1, answer


@pytest.mark.parametrize("method", ["TRACE", "TRACK", "CONNECT"])
def test_methods_that_no_application_needs_are_refused(system: System, ada: Visitor, method: str) -> None:
    target = "hello.localhost:443" if method == "CONNECT" else "/headers"
    answer = system.door.say(
        request(system, target, method=method, cookie=ada.cookie(system.app_url)), patience=2
    )
    assert status_of(answer) in (400, 404, 405), answer[:200]
    assert b"__Host-doorward" not in answer


# --- upgrades -------------------------------------------------------------------------------------------

WEBSOCKET = "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n"


@pytest.mark.parametrize("upgrade", ["websocket", "WebSocket", "websocket, h2c", "h2c", "foo", "TLS/1.0"])
def test_no_upgrade_without_a_session(system: System, upgrade: str) -> None:
    sent = (
        f"GET /ws HTTP/1.1\r\nHost: {HOST}:{system.ports['https']}\r\nUpgrade: {upgrade}\r\n"
        f"Connection: Upgrade\r\n{WEBSOCKET}HTTP2-Settings: AAMAAABkAARAAAAAAAIAAAAA\r\n\r\n"
    )
    answer = system.door.ask(sent.encode())
    assert 400 <= status_of(answer) < 500, answer[:200]


@pytest.mark.parametrize("upgrade", ["h2c", "foo", "TLS/1.0"])
def test_nothing_but_websockets_is_upgraded_even_for_who_may_enter(
    system: System, ada: Visitor, upgrade: str
) -> None:
    sent = (
        f"GET /headers HTTP/1.1\r\nHost: {HOST}:{system.ports['https']}\r\nUpgrade: {upgrade}\r\n"
        f"Connection: Upgrade, HTTP2-Settings\r\nHTTP2-Settings: AAMAAABkAARAAAAAAAIAAAAA\r\n"
        f"Cookie: {ada.cookie(system.app_url)}\r\n\r\n"
        "GET /headers?smuggled HTTP/1.1\r\nHost: x\r\n\r\n"
    )
    answer = system.door.say(sent.encode(), patience=0.5)
    assert b" 101 " not in answer
    assert b'"query":"smuggled"' not in answer


def test_a_failed_websocket_handshake_leaves_no_tunnel(system: System, ada: Visitor) -> None:
    sent = (
        f"GET /headers HTTP/1.1\r\nHost: {HOST}:{system.ports['https']}\r\nUpgrade: websocket\r\n"
        "Connection: Upgrade\r\nSec-WebSocket-Version: 777\r\nSec-WebSocket-Key: x\r\n"
        f"Cookie: {ada.cookie(system.app_url)}\r\n\r\n"
        "GET /headers?smuggled HTTP/1.1\r\nHost: x\r\n\r\n"
    )
    answer = system.door.say(sent.encode(), patience=0.5)
    assert not answer.startswith(b"HTTP/1.1 101")
    assert b'"query":"smuggled"' not in answer


def test_a_websocket_without_a_session_is_told_401(system: System) -> None:
    with (
        system.visitor() as stranger,
        pytest.raises(InvalidStatus) as refused,
        stranger.websocket(f"{system.app_url}/ws"),
    ):
        pass
    assert refused.value.response.status_code == 401


def test_a_websocket_with_a_session_works(system: System, ada: Visitor) -> None:
    with ada.websocket(f"{system.app_url}/ws") as socket:
        socket.send("hello")
        assert socket.recv(timeout=5) == "hello"
