from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doorward.model.errors import Invalid
from doorward.model.ids import TunnelId
from doorward.tunnel.token import RelayAddress, TunnelToken, decode, encode

TOKEN = TunnelToken(
    tunnel=TunnelId("home"),
    secret="s3cret-value",
    relays=(RelayAddress(host="relay.example.com", port=7844), RelayAddress(host="2001:db8::1", port=443)),
    server_name="relay.doorward",
    authority=bytes(range(256)) * 2,
)


def test_a_token_is_one_printable_line_that_can_be_read_again() -> None:
    line = encode(TOKEN)
    assert line.startswith("dwt1.")
    assert line.isascii()
    assert line.isprintable()
    assert " " not in line
    assert decode(line) == TOKEN
    assert decode(f"  {line}\r\n") == TOKEN


@given(st.data())
def test_a_truncated_token_is_called_so(data: st.DataObject) -> None:
    line = encode(TOKEN)
    size = data.draw(st.integers(len("dwt1."), len(line) - 1))
    with pytest.raises(Invalid, match="truncated or damaged"):
        decode(line[:size])


@given(st.data())
def test_a_mistyped_token_is_called_damaged(data: st.DataObject) -> None:
    line = encode(TOKEN)
    place = data.draw(st.integers(len("dwt1."), len(line) - 1))
    wrong = data.draw(st.sampled_from("AZaz09-_.").filter(lambda c: c != line[place]))
    with pytest.raises(Invalid, match="damaged"):
        decode(line[:place] + wrong + line[place + 1 :])


@pytest.mark.parametrize("text", ["", "hello", "dwt2.abc.def", "eyJhIjoi"])
def test_something_else_is_not_taken_for_a_token(text: str) -> None:
    with pytest.raises(Invalid, match="not a tunnel token"):
        decode(text)


def test_neither_secret_nor_certificate_is_shown_where_a_token_is_printed() -> None:
    assert "s3cret" not in repr(TOKEN)
    assert "authority" not in repr(TOKEN)


@pytest.mark.parametrize("text", ["host", "host:", ":1", "host:0", "host:65536", "host:x", "host:²"])
def test_a_relay_address_needs_a_host_and_a_port(text: str) -> None:
    with pytest.raises(Invalid, match="host:port"):
        RelayAddress.parse(text)


def test_an_ipv6_address_is_written_in_brackets() -> None:
    address = RelayAddress.parse("[2001:db8::1]:7844")
    assert address.host == "2001:db8::1"
    assert str(address) == "[2001:db8::1]:7844"
