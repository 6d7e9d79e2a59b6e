from __future__ import annotations

from ipaddress import ip_address

import pytest

from doorward.model.errors import Invalid
from doorward.model.rule import Selector
from doorward.policy.selectors import ip_range
from tests.policy.meaning import Facts, holds
from tests.policy.said import nobody


@pytest.mark.parametrize(
    ("value", "canonical"),
    [
        ("10.0.0.0/8", "10.0.0.0/8"),
        (" 192.0.2.7 ", "192.0.2.7/32"),
        ("10.0.0.0/255.0.0.0", "10.0.0.0/8"),
        ("2001:DB8:0::/32", "2001:db8::/32"),
        ("2001:db8::1", "2001:db8::1/128"),
        ("0.0.0.0/0", "0.0.0.0/0"),
        ("::/0", "::/0"),
    ],
)
def test_a_range_has_one_spelling(value: str, canonical: str) -> None:
    assert ip_range.parse(value, "f") == canonical


@pytest.mark.parametrize(
    ("value", "fix"),
    [
        ("10.0.0.1/8", r"write 10\.0\.0\.0/8 for the range, or 10\.0\.0\.1 for the one address"),
        ("2001:db8::1/32", "write 2001:db8::/32 for the range"),
        ("::ffff:10.0.0.0/104", "write it as IPv4"),
        ("::ffff:10.0.0.1", "write it as IPv4"),
        ("10.0.0", "is not an IP range"),
        ("10.0.0.0/33", "is not an IP range"),
        ("010.0.0.1", "is not an IP range"),
        ("fe80::%eth0/64", "is not an IP range"),
        ("fe80::1%eth0", "is not an IP range"),
        ("fe80::1%25eth0", "is not an IP range"),
        ("[2001:db8::1]", "is not an IP range"),
        ("10.0.0.1:80", "is not an IP range"),
        ("0x0a.0.0.1", "is not an IP range"),
        ("167772161", "is not an IP range"),
        ("10.0.0.0/-1", "is not an IP range"),
        ("٣.0.0.1", "is not an IP range"),
        ("example.com", "is not an IP range"),
        ("", "is not an IP range"),
    ],
)
def test_anything_else_is_refused_with_the_fix(value: str, fix: str) -> None:
    with pytest.raises(Invalid, match=fix) as refused:
        ip_range.parse(value, "here")
    assert refused.value.field == "here"


@pytest.mark.parametrize(
    ("network", "source", "inside"),
    [
        ("10.0.0.0/8", "10.255.255.255", True),
        ("10.0.0.0/8", "11.0.0.0", False),
        ("10.0.0.0/8", "::ffff:10.1.2.3", True),
        ("10.0.0.0/8", "::ffff:11.1.2.3", False),
        ("10.0.0.0/8", "::a01:203", False),
        ("0.0.0.0/0", "::ffff:11.1.2.3", True),
        ("0.0.0.0/0", "2001:db8::1", False),
        ("192.0.2.7/32", "192.0.2.7", True),
        ("192.0.2.7/32", "192.0.2.8", False),
        ("2001:db8::/32", "2001:db8:ffff::", True),
        ("2001:db8::/32", "2001:db9::", False),
        ("::/0", "2001:db8::1", True),
        ("::/0", "10.0.0.1", False),
        ("::/0", "::ffff:10.0.0.1", False),
        ("::/64", "::1", True),
        ("::/64", "::ffff:10.0.0.1", False),
        ("fe80::/10", "fe80::1%eth0", True),
        ("fe80::1/128", "fe80::1%1", True),
        ("10.0.0.0/8", "::10.1.2.3", False),
        ("10.0.0.0/8", "64:ff9b::10.1.2.3", False),
        ("10.0.0.0/8", "2002:a01:203::", False),
    ],
)
def test_the_evaluator_and_the_data_plane_read_an_address_alike(
    network: str, source: str, *, inside: bool
) -> None:
    selector = Selector("ip_range", network)
    assert ip_range.matches(selector, nobody(source)) is inside
    assert holds(ip_range.expression(selector), Facts(ip_address(source))) is inside
