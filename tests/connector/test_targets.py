from __future__ import annotations

from ipaddress import ip_address

import pytest

from doorward.connector.targets import is_forbidden, parse_target
from doorward.model.errors import Invalid


@pytest.mark.parametrize(
    "address",
    [
        "169.254.169.254",
        "169.254.0.1",
        "fe80::1",
        "0.0.0.0",
        "::",
        "224.0.0.1",
        "ff02::1",
        "255.255.255.255",
        "::ffff:169.254.169.254",
        "::ffff:0.0.0.0",
        "fd00:ec2::254",
    ],
)
def test_addresses_that_nobody_may_have_dialled(address: str) -> None:
    assert is_forbidden(ip_address(address))


@pytest.mark.parametrize(
    "address", ["127.0.0.1", "::1", "10.0.0.1", "192.0.2.1", "fd00::1", "::ffff:10.0.0.1"]
)
def test_addresses_where_services_live(address: str) -> None:
    assert not is_forbidden(ip_address(address))


@pytest.mark.parametrize(
    ("target", "host", "port", "address", "admitted"),
    [
        ("wiki.internal:8080", "wiki.internal", 8080, "10.0.0.1", True),
        ("Wiki.Internal:8080", "WIKI.internal", 8080, "10.0.0.1", True),
        ("wiki.internal:8080", "wiki.internal", 8081, "10.0.0.1", False),
        ("wiki.internal:8080", "other.internal", 8080, "10.0.0.1", False),
        ("10.0.0.0/8", "any", 1, "10.1.2.3", True),
        ("10.0.0.0/8", "any", 1, "11.1.2.3", False),
        ("10.0.0.0/8", "any", 1, "::ffff:10.1.2.3", True),
        ("10.0.0.0/8:443", "any", 443, "10.1.2.3", True),
        ("10.0.0.0/8:443", "any", 80, "10.1.2.3", False),
        ("2001:db8::/32", "any", 80, "2001:db8::1", True),
        ("[2001:db8::/32]:443", "any", 443, "2001:db8::1", True),
        ("[2001:db8::1]:443", "any", 443, "2001:db8::1", True),
        ("[2001:db8::1]:443", "any", 443, "2001:db8::2", False),
        ("127.0.0.1:80", "localhost", 80, "127.0.0.1", True),
        ("127.0.0.1:80", "localhost", 80, "::1", False),
    ],
)
def test_a_target_admits_what_it_names(
    *, target: str, host: str, port: int, address: str, admitted: bool
) -> None:
    assert parse_target(target).admits(host, port, ip_address(address)) is admitted


@pytest.mark.parametrize(
    "text", ["", "host", "host:", ":80", "host:0", "host:99999", "10.0.0.0/33", "x/8:80", "10.0.0.1"]
)
def test_what_is_no_target_is_refused(text: str) -> None:
    with pytest.raises(Invalid, match="allow_targets"):
        parse_target(text)
