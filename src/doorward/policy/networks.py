"""Networks: how they are written, which addresses they hold, and how the data plane tests that."""

from __future__ import annotations

from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_interface,
    ip_network,
)

from doorward.model.errors import Invalid
from doorward.policy.expression import Expression, SourceIn, both, either, negation

_MAPPED = IPv6Network("::ffff:0:0/96")  # RFC 4291 section 2.5.5.2: an IPv4 address in IPv6 dress


def canonical_network(value: str, field: str) -> str:
    """CIDR notation; a single address stands for itself.

    Raises Invalid for anything else, for bits set behind the prefix (the author meant another
    range, and which one is not for us to guess), and for IPv4 ranges in IPv6 dress.
    """
    text = value.strip()
    try:
        if "%" in text:  # a zone means something on one machine only (RFC 4007 section 11)
            raise ValueError(text)
        interface = ip_interface(text)
    except ValueError:
        raise Invalid(field, f"{value!r} is not an IP range: use 203.0.113.0/24 or 2001:db8::/32") from None
    network: IPv4Network | IPv6Network = interface.network
    if interface.ip != network.network_address:
        raise Invalid(
            field,
            f"{value!r} sets bits behind its prefix: write {network} for the range, "
            f"or {interface.ip} for the one address",
        )
    if isinstance(network, IPv6Network) and network.subnet_of(_MAPPED):
        raise Invalid(field, f"{value!r} is an IPv4 range in IPv6 spelling: write it as IPv4")
    return str(network)


def plain(address: IPv4Address | IPv6Address) -> IPv4Address | IPv6Address:
    """``::ffff:192.0.2.1`` is taken for ``192.0.2.1``, which it is, and so is in no IPv6 range."""
    if isinstance(address, IPv6Address) and address.ipv4_mapped is not None:
        return address.ipv4_mapped
    return address


def source_in(canonical: str) -> Expression:
    """The source is in the network, whichever way an IPv4 address is spelt."""
    network = ip_network(canonical)
    if isinstance(network, IPv4Network):
        return either((SourceIn(network), SourceIn(in_ipv6_dress(network))))
    if network.overlaps(_MAPPED):
        return both((SourceIn(network), negation(SourceIn(_MAPPED))))
    return SourceIn(network)


def in_ipv6_dress(network: IPv4Network) -> IPv6Network:
    """The same addresses in their IPv6 spelling, ``::ffff:192.0.2.1``."""
    first = int(_MAPPED.network_address) + int(network.network_address)
    return IPv6Network((first, _MAPPED.prefixlen + network.prefixlen))
