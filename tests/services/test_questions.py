from __future__ import annotations

from ipaddress import ip_address

import pytest

from doorward.model.errors import Invalid, Refused
from doorward.services.cookies import clear_cookie, set_cookie
from doorward.services.questions import cookie_in, hostname_of, source_in
from doorward.services.secrets import fits, hashed
from tests.services.sample import HOUR, ask


@pytest.mark.parametrize(
    ("authority", "hostname"),
    [
        ("hello.example.com", "hello.example.com"),
        ("HELLO.example.com:8443", "hello.example.com"),
        ("hello.example.com.", "hello.example.com"),
        ("hello.example.com:evil", "hello.example.com:evil"),
        ("", ""),
    ],
)
def test_an_authority_has_one_hostname(authority: str, hostname: str) -> None:
    assert hostname_of(authority) == hostname


def test_a_cookie_is_found_among_others_and_over_several_headers() -> None:
    assert cookie_in(["a=1; b=2", "c=3"], "c") == "3"
    assert cookie_in(["a=1"], "b") == ""
    assert cookie_in(["ab=1"], "b") == ""


@pytest.mark.parametrize("headers", [["a=1; a=2"], ["a=1", "a=1"]])
def test_a_cookie_that_was_sent_twice_is_refused(headers: list[str]) -> None:
    with pytest.raises(Refused):
        cookie_in(headers, "a")


@pytest.mark.parametrize(
    ("said", "source"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("2001:DB8::7", "2001:db8::7"),
        ("::ffff:192.0.2.7", "::ffff:192.0.2.7"),
        ("fe80::1%4", "fe80::1"),
        ("fe80::1%eth0", "fe80::1"),
    ],
)
def test_a_source_is_an_address_without_its_zone(said: str, source: str) -> None:
    assert source_in(said) == ip_address(source)


@pytest.mark.parametrize("said", ["", "-", "%4", "unix:/socket", "192.0.2.7:80", "[::1]", "192.0.2.0/24"])
def test_what_is_no_address_is_no_source(said: str) -> None:
    with pytest.raises(Invalid, match="source"):
        source_in(said)


def test_a_header_that_was_sent_twice_is_refused() -> None:
    question = ask(headers={"x": ["1", "2"]})
    with pytest.raises(Refused):
        question.header("x")
    assert question.header("y") == ""


def test_every_cookie_is_for_this_host_over_tls_and_out_of_scripts_reach() -> None:
    for cookie in (set_cookie("__Host-a", "b", lifetime=HOUR), clear_cookie("__Host-a")):
        assert cookie.endswith("; Path=/; Secure; HttpOnly; SameSite=Lax")
        assert "Domain" not in cookie
    assert "Max-Age=3600" in set_cookie("__Host-a", "b", lifetime=HOUR)


def test_a_secret_fits_its_own_hash_only() -> None:
    assert fits("secret", hashed("secret"))
    assert not fits("Secret", hashed("secret"))
    assert not fits("", hashed("secret"))
