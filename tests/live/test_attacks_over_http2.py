"""Odd requests over HTTP/2: what RFC 9113 calls malformed, and what HTTP/1.1 could not carry.

Ada may open the application, so nothing but the request itself can be the reason of a refusal. The origin
keeps every head that reaches it, to the byte.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hyperframe.frame import ContinuationFrame, DataFrame, HeadersFrame

from tests.live.http2 import Answer, http2
from tests.live.recorded import HOSTNAME, Recorded, recorded
from tests.live.system import System

EXTRA_FIELDS = {
    "a line break in a value": ("x-a", "b\r\nx-b: c"),
    "a line feed in a value": ("x-a", "b\nc"),
    "a carriage return in a value": ("x-a", "b\rc"),
    "a NUL in a value": ("x-a", "b\x00c"),
    "a control character in a value": ("x-a", "b\x01c"),
    "a line break in a cookie": ("cookie", "a=1\r\nx-b: c"),
    "an upper-case name": ("X-A", "b"),
    "a name with a space": ("x a", "b"),
    "a name with a colon": ("x:a", "b"),
    "a name with a line break": ("x\r\na", "b"),
    "a name with a NUL": ("x\x00a", "b"),
    "a name beyond ASCII": ("x\xe9", "b"),
    "an empty name": ("", "b"),
    "an underscore": ("x_forwarded_user", "b"),
    "an unknown pseudo-header": (":x", "b"),
    "a response's pseudo-header": (":status", "200"),
    "an extended CONNECT": (":protocol", "websocket"),
    "a pseudo-header at the end": (":path", "/other"),
    "transfer-encoding": ("transfer-encoding", "chunked"),
    "transfer-encoding identity": ("transfer-encoding", "identity"),
    "connection close": ("connection", "close"),
    "connection that names a header": ("connection", "cf-access-jwt-assertion"),
    "keep-alive": ("keep-alive", "timeout=5"),
    "proxy-connection": ("proxy-connection", "keep-alive"),
    "upgrade to WebSocket": ("upgrade", "websocket"),
    "upgrade to h2c": ("upgrade", "h2c"),
    "te other than trailers": ("te", "gzip"),
}
PSEUDO_FIELDS: dict[str, dict[str, str | None]] = {
    "no authority": {":authority": None},
    "an empty authority": {":authority": ""},
    "userinfo in the authority": {":authority": "x@recorded.localhost"},
    "a path in the authority": {":authority": "recorded.localhost/x"},
    "a list of authorities": {":authority": "recorded.localhost,evil.example"},
    "a space in the authority": {":authority": "recorded.localhost evil.example"},
    "a NUL in the authority": {":authority": "recorded.localhost\x00"},
    "a line break in the authority": {":authority": "recorded.localhost\r\nx-b: c"},
    "two ports": {":authority": "recorded.localhost:1:2"},
    "an encoded authority": {":authority": "recorded%2elocalhost"},
    "an unknown authority": {":authority": "evil.example"},
    "a path with a space": {":path": "/ HTTP/1.1"},
    "a path with a line break": {":path": "/ HTTP/1.1\r\nx-b: c"},
    "a path with a NUL": {":path": "/\x00"},
    "a path with a fragment": {":path": "/x#y"},
    "a query with a fragment": {":path": "/?x#y"},
    "a query with a space": {":path": "/?a b"},
    "a query beyond ASCII": {":path": "/?\xe4"},
    "a query in UTF-8": {":path": "/?\xc3\xa4"},
    "no path": {":path": None},
    "an empty path": {":path": ""},
    "an asterisk": {":path": "*"},
    "a path without a slash": {":path": "x"},
    "an absolute address as path": {":path": "https://recorded.localhost/"},
    "an encoded slash": {":path": "/a%2fb"},
    "dot segments with parameters": {":path": "/a/%2e%2e;/b"},
    "no method": {":method": None},
    "an empty method": {":method": ""},
    "a method with a space": {":method": "GET /x"},
    "a method with a line break": {":method": "GET / HTTP/1.1\r\nx: y\r\n\r\nGET"},
    "a method in lower case": {":method": "get"},
    "TRACE": {":method": "TRACE"},
    "trace in lower case": {":method": "trace"},
    "TRACK": {":method": "TRACK"},
    "CONNECT": {":method": "CONNECT"},
    "connect in lower case": {":method": "connect"},
    "the preface's method": {":method": "PRI"},
    "no scheme": {":scheme": None},
    "an empty scheme": {":scheme": ""},
    "an address as scheme": {":scheme": "https://evil.example/"},
}
LENGTHS = {
    "shorter than the body": ["4"],
    "longer than the body": ["6"],
    "twice": ["5", "5"],
    "two different ones": ["5", "6"],
    "a list": ["5, 5"],
    "signed": ["+5"],
    "negative": ["-5"],
    "hexadecimal": ["0x5"],
    "empty": [""],
    "very large": ["99999999999999999999"],
}


@pytest.fixture(scope="module")
def application(system: System) -> Iterator[Recorded]:
    with recorded(system) as found:
        yield found


@pytest.fixture(autouse=True)
def serves_on(system: System, application: Recorded) -> Iterator[None]:
    """After each attack the same edge process serves."""
    pid = system.pid_of("edge")
    yield
    assert system.pid_of("edge") == pid
    answer, [head] = application.over_http2(application.fields())
    assert answer.body == b"reached"
    assert head.startswith("GET / HTTP/1.1\r\n")


def assert_refused(answer: Answer, reached: list[str]) -> None:
    """Nothing came to the origin; the client was told so, or cut off."""
    assert reached == []
    assert answer.status == 0 or 400 <= answer.status < 500, answer


@pytest.mark.parametrize("kind", EXTRA_FIELDS)
def test_a_field_that_http1_could_not_carry_or_means_something_there_is_refused(
    application: Recorded, kind: str
) -> None:
    assert_refused(*application.over_http2([*application.fields(), EXTRA_FIELDS[kind]]))


@pytest.mark.parametrize("kind", PSEUDO_FIELDS)
def test_a_request_that_is_not_clear_is_refused(application: Recorded, kind: str) -> None:
    assert_refused(*application.over_http2(application.fields(PSEUDO_FIELDS[kind])))


@pytest.mark.parametrize("other", ["recorded", "evil.example"])
@pytest.mark.parametrize("name", [":authority", ":path", ":method", ":scheme"])
def test_a_pseudo_header_twice_is_refused(application: Recorded, name: str, other: str) -> None:
    usual = application.fields()
    again = dict(usual)[name] if other == "recorded" else other
    for fields in ([(name, again), *usual], [*usual[:4], (name, again), *usual[4:]]):
        assert_refused(*application.over_http2(fields))


def test_a_pseudo_header_behind_others_is_refused(application: Recorded) -> None:
    *pseudo, cookie = application.fields()
    assert_refused(*application.over_http2([*pseudo[:3], cookie, pseudo[3]]))


# --- hosts --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("host", ["evil.example", "access.localhost", ""])
def test_the_authority_counts_and_a_host_that_differs_reaches_nobody(
    application: Recorded, host: str
) -> None:
    answer, reached = application.over_http2([*application.fields(), ("host", host)])
    if reached:
        [head] = reached
        assert head.lower().count("\r\nhost:") == 1
        assert f"\r\nhost: {application.authority}\r\n" in head
    else:
        assert_refused(answer, reached)


def test_a_known_host_does_not_make_an_unknown_authority_known(application: Recorded) -> None:
    fields = application.fields({":authority": "evil.example"})
    assert_refused(*application.over_http2([*fields, ("host", application.authority)]))


def test_two_hosts_are_refused(application: Recorded) -> None:
    for without in ({}, {":authority": None}):
        fields = application.fields(without)
        hosts = [("host", application.authority), ("host", "evil.example")]
        assert_refused(*application.over_http2([*fields, *hosts]))


# --- bodies -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", LENGTHS)
def test_a_length_that_is_not_the_bodys_completes_no_request(application: Recorded, kind: str) -> None:
    """Frames delimit a body; the origin must not be told another length (RFC 9113 section 8.1.1)."""
    before = len(application.recorder.complete)
    with http2(application.system.door, HOSTNAME) as client:
        lengths = [("content-length", length) for length in LENGTHS[kind]]
        head = client.head(1, [*application.fields({":method": "POST"}), *lengths], end=False)
        client.send(head, DataFrame(1, b"hello", flags=["END_STREAM"]))
        client.listen(lambda: client.answers[1].over)
        answer = client.answers[1]
        assert answer.over or client.closed
    assert answer.status == 0 or 400 <= answer.status < 500, answer
    assert application.recorder.complete[before:] == []


def test_a_length_without_a_body_is_refused(application: Recorded) -> None:
    fields = application.fields({":method": "POST"})
    assert_refused(*application.over_http2([*fields, ("content-length", "5")]))


def test_a_body_that_looks_like_a_request_is_a_body(application: Recorded) -> None:
    hidden = b"0\r\n\r\nGET /smuggled HTTP/1.1\r\nHost: x\r\n\r\n"
    before = len(application.recorder.heads)
    with http2(application.system.door, HOSTNAME) as client:
        client.send(client.head(1, application.fields({":method": "POST"}), end=False))
        client.send(DataFrame(1, hidden, flags=["END_STREAM"]))
        client.listen(lambda: client.answers[1].over)
        assert client.answers[1].body == b"reached"
    [head] = application.recorder.heads[before:]
    assert head.startswith(b"POST / HTTP/1.1\r\n")


# --- both protocols -------------------------------------------------------------------------------------


def test_each_byte_in_a_query_or_value_that_passes_would_pass_over_http1_too(application: Recorded) -> None:
    for byte in map(chr, range(256)):
        _, reached = application.over_http2(application.fields({":path": f"/?{byte}"}))
        if reached:
            assert application.over_http1(target=f"/?{byte}")[1], f"query {byte!r}"
        _, reached = application.over_http2([*application.fields(), ("x-a", f"b{byte}c")])
        if reached:
            assert application.over_http1(more=f"x-a: b{byte}c\r\n")[1], f"value {byte!r}"


def test_a_path_beyond_ascii_arrives_as_the_one_that_was_judged(application: Recorded) -> None:
    """HTTP/1.1 refuses it; here Envoy encodes it before anything looks, and sends what was looked at."""
    _, reached = application.over_http2(application.fields({":path": "/\xe4"}))
    assert [head.split("\r\n")[0] for head in reached] in ([], ["GET /%E4 HTTP/1.1"])


@pytest.mark.parametrize("method", ["GET", "PUT", "PROPFIND", "MKCOL", "get", "QUERY", "X", "M-SEARCH"])
def test_both_protocols_know_the_same_methods(application: Recorded, method: str) -> None:
    _, over_1 = application.over_http1(method=method, more="Content-Length: 0\r\n")
    _, over_2 = application.over_http2(application.fields({":method": method}))
    assert bool(over_1) == bool(over_2)


# --- frames ---------------------------------------------------------------------------------------------


def test_a_head_in_many_frames_is_one_head(application: Recorded) -> None:
    before = len(application.recorder.heads)
    with http2(application.system.door, HOSTNAME) as client:
        block = client.block(application.fields())
        pieces = [ContinuationFrame(1, block[at : at + 50]) for at in range(50, len(block), 50)]
        pieces[-1].flags.add("END_HEADERS")
        client.send(HeadersFrame(1, block[:50], flags=["END_STREAM"]), *pieces)
        client.listen(lambda: client.answers[1].over)
        assert client.answers[1].body == b"reached"
    assert len(application.recorder.heads) == before + 1


def test_another_frame_between_the_pieces_of_a_head_ends_the_connection(application: Recorded) -> None:
    before = len(application.recorder.heads)
    with http2(application.system.door, HOSTNAME) as client:
        block = client.block(application.fields())
        rest = ContinuationFrame(1, block[50:], flags=["END_HEADERS"])
        client.send(HeadersFrame(1, block[:50], flags=["END_STREAM"]), DataFrame(3, b"x"), rest)
        client.listen()
        assert client.closed
    assert len(application.recorder.heads) == before
