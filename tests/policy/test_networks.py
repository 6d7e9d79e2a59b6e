from __future__ import annotations

from ipaddress import ip_address, ip_network

import pytest

from doorward.model.errors import Invalid
from doorward.policy.expression import SourceIn
from doorward.policy.networks import canonical_network, plain, source_in
from tests.policy.meaning import Facts, holds


def test_a_single_address_is_a_network_of_its_own() -> None:
    assert canonical_network(" 192.0.2.7 ", "f") == "192.0.2.7/32"


@pytest.mark.parametrize(
    "text", ["", "10.0.0.0/33", "10.0.0.1/8", "fe80::1%eth0", "::ffff:10.0.0.0/104", "a.b"]
)
def test_what_means_something_else_on_another_machine_or_nothing_is_refused(text: str) -> None:
    with pytest.raises(Invalid):
        canonical_network(text, "f")


def test_an_ipv4_address_in_ipv6_dress_is_that_ipv4_address() -> None:
    assert plain(ip_address("::ffff:192.0.2.7")) == ip_address("192.0.2.7")
    assert plain(ip_address("2001:db8::1")) == ip_address("2001:db8::1")


@pytest.mark.parametrize("source", ["192.0.2.7", "::ffff:192.0.2.7"])
def test_the_edge_tests_an_ipv4_network_in_both_spellings(source: str) -> None:
    assert holds(source_in("192.0.2.0/24"), Facts(ip_address(source)))
    assert not holds(source_in("198.51.100.0/24"), Facts(ip_address(source)))


def test_all_of_ipv6_holds_no_ipv4_address() -> None:
    assert not holds(source_in("::/0"), Facts(ip_address("::ffff:192.0.2.7")))
    assert holds(source_in("::/0"), Facts(ip_address("2001:db8::1")))


def test_a_plain_ipv6_network_is_one_test() -> None:
    network = ip_network("2001:db8::/32")
    assert source_in(str(network)) == SourceIn(network)
