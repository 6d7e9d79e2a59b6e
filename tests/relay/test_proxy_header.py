from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doorward.model.errors import Invalid
from doorward.model.ids import ApplicationId, SessionId
from doorward.relay.proxy_header import (
    CERTIFICATE,
    LARGEST,
    LONGEST_PATH,
    SERVICE,
    SIGNATURE,
    TARGET,
    ProxyHeader,
    parse,
)
from tests.fakes.tunnel_world import proxy_header

V6 = bytes.fromhex("20010db8000000000000000000000001") + bytes(16) + (443).to_bytes(2, "big") + bytes(2)

V6_SOURCE = b"\xe0\x00\x03app\xe2\x00\x0b2001:db8::2"


def made(command: int, family: int, addresses: bytes, values: bytes = b"\xe0\x00\x03app") -> bytes:
    return (
        SIGNATURE
        + bytes((command, family))
        + (len(addresses) + len(values)).to_bytes(2, "big")
        + addresses
        + values
    )


def test_a_header_says_who_is_connected_and_to_what() -> None:
    data = proxy_header("wiki", session="s-1") + b"GET / HTTP/1.1"
    header = ProxyHeader(ApplicationId("wiki"), SessionId("s-1"), "192.0.2.7")
    assert parse(data) == (header, b"GET / HTTP/1.1")


def test_a_header_may_come_in_pieces() -> None:
    data = proxy_header()
    assert [parse(data[:size]) for size in range(len(data))] == [None] * len(data)


@pytest.mark.parametrize("session", ["", "-"])
def test_a_dash_or_nothing_means_no_session(session: str) -> None:
    parsed = parse(proxy_header(session=session))
    assert parsed is not None
    assert parsed[0].session == ""


@pytest.mark.parametrize(
    ("target", "known"),
    [
        ("GET /ws", ("GET", "/ws")),
        ("-", ("", "")),
        ("", ("", "")),
        ("GET *", ("", "")),
        ("POST /" + "a" * (LONGEST_PATH - 2), ("POST", "/" + "a" * (LONGEST_PATH - 2))),
        ("POST /" + "a" * (LONGEST_PATH - 1), ("POST", "")),
    ],
)
def test_what_was_asked_for_is_known_where_the_edge_says_it_whole(
    target: str, known: tuple[str, str]
) -> None:
    value = bytes((TARGET,)) + len(target).to_bytes(2, "big") + target.encode()
    parsed = parse(made(0x21, 0x11, bytes(12), b"\xe0\x00\x03app" + value))
    assert parsed is not None
    assert (parsed[0].method, parsed[0].path) == known


@pytest.mark.parametrize(
    ("data", "source"),
    [
        (made(0x21, 0x21, V6), ""),
        (made(0x21, 0x21, V6, V6_SOURCE), "2001:db8::2"),
        (made(0x21, 0x31, bytes(216), V6_SOURCE), "2001:db8::2"),
        (made(0x20, 0x00, b""), ""),
    ],
)
def test_the_source_is_what_the_edge_says_and_never_its_peer(data: bytes, source: str) -> None:
    parsed = parse(data)
    assert parsed is not None
    assert parsed[0].source == source


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"GET / HTTP/1.1\r\n", "does not begin"),
        (made(0x11, 0x11, bytes(12)), "unknown version"),
        (made(0x21, 0x99, bytes(12)), "unknown version"),
        (made(0x21, 0x11, bytes(4), b""), "shorter than its addresses"),
        (made(0x21, 0x11, bytes(12), b""), "names no service"),
        (made(0x21, 0x11, bytes(12), b"\xe0\x00\x00"), "names no service"),
        (made(0x21, 0x11, bytes(12), b"\xe0\x00\x09app"), "ends inside a value"),
        (made(0x21, 0x11, bytes(12), b"\xe0\x00"), "ends inside a value"),
        (made(0x21, 0x11, bytes(12), b"\xe0\x00\x02\xff\xff"), "printable ASCII"),
        (made(0x21, 0x11, bytes(12), b"\xe0\x00\x03a\nb"), "printable ASCII"),
        (made(0x21, 0x11, bytes(12), bytes((SERVICE,)) + b"\x01\x00" + b"x" * 256), "printable ASCII"),
        (made(0x21, 0x11, bytes(12), b"\xe0\x00\x03app\xe2\x00\x06GET /\n"), "printable ASCII"),
        (made(0x21, 0x11, bytes(LARGEST)), "longer than"),
    ],
)
def test_a_wrong_header_is_refused_with_its_fault(data: bytes, words: str) -> None:
    with pytest.raises(Invalid, match=words):
        parse(data)


@given(st.binary(max_size=60), st.integers(0, 40))
def test_no_bytes_cause_another_error(junk: bytes, keep: int) -> None:
    for data in (junk, proxy_header()[:keep] + junk):
        try:
            parse(data)
        except Invalid:
            continue


@pytest.mark.parametrize(("said", "known"), [("ab" * 32, "ab" * 32), ("-", ""), ("", "")])
def test_a_header_says_by_which_certificate(said: str, known: str) -> None:
    value = bytes((CERTIFICATE,)) + len(said).to_bytes(2, "big") + said.encode()
    parsed = parse(made(0x21, 0x11, bytes(12), b"\xe0\x00\x03app" + value))
    assert parsed is not None
    assert parsed[0].certificate == known
