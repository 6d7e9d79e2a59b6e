from __future__ import annotations

import pytest

from doorward.tunnel.frames import ProtocolViolation
from doorward.tunnel.opening import (
    LONGEST_REFUSAL,
    Refusal,
    Refused,
    opening,
    parse_opening,
    parse_refusal,
    refusal,
)


def test_an_opening_names_the_service_and_may_be_followed_by_bytes() -> None:
    data = opening("app-1") + b"GET /"
    assert parse_opening(data) == ("app-1", b"GET /")
    assert all(parse_opening(data[:size]) is None for size in range(6))


@pytest.mark.parametrize("service", ["", "x" * 256, "ä"])
def test_a_service_key_has_1_to_255_ascii_characters(service: str) -> None:
    with pytest.raises(ValueError, match=r"1-255|ascii"):
        opening(service)


@pytest.mark.parametrize("data", [b"\x00rest", b"\x02\xff\xff"])
def test_an_opening_without_a_name_is_a_violation(data: bytes) -> None:
    with pytest.raises(ProtocolViolation, match="names no service"):
        parse_opening(data)


def test_a_refusal_arrives_as_it_was_said() -> None:
    refused = Refused(Refusal.TIMEOUT, "the origin did not answer")
    assert parse_refusal(refusal(refused)[1:]) == refused


def test_a_refusal_is_bounded_printable_and_may_be_of_a_newer_kind() -> None:
    assert len(refusal(Refused(Refusal.TIMEOUT, "x" * 5000))) == LONGEST_REFUSAL
    assert parse_refusal(b"sleepy \x1b[31mforged\nline\xff") == Refused(None, "?[31mforged?line\ufffd")
    assert parse_refusal(b"") == Refused(None, "")
    assert refusal(Refused(None, "why")).startswith(b"\x01unreachable why")
