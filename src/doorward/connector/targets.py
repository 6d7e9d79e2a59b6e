"""Which addresses a connector may dial. Checked on addresses, after names have been resolved.

Rule: link-local, unspecified, multicast and metadata addresses are never dialled, whoever asks. They are
how a stolen control plane would reach a cloud machine's credentials.
"""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Final

from doorward.model.errors import Invalid

Address = IPv4Address | IPv6Address
METADATA: Final = frozenset({IPv6Address("fd00:ec2::254"), IPv6Address("fd20:ce::254")})
BROADCAST: Final = IPv4Address("255.255.255.255")


def plain(address: Address) -> Address:
    """The IPv4 address inside an IPv4-mapped IPv6 one, else the address itself."""
    if isinstance(address, IPv6Address) and address.ipv4_mapped is not None:
        return address.ipv4_mapped
    return address


def is_forbidden(address: Address) -> bool:
    """Whether nobody may have this dialled."""
    inner = plain(address)
    return (
        inner.is_link_local
        or inner.is_unspecified
        or inner.is_multicast
        or inner == BROADCAST
        or inner in METADATA
    )


@dataclass(frozen=True, slots=True)
class Target:
    """One entry of ``allow_targets``. Exactly one of ``host`` and ``network`` is set."""

    host: str
    network: IPv4Network | IPv6Network | None
    port: int | None

    def admits(self, host: str, port: int, address: Address) -> bool:
        """Whether it allows ``host``, found at ``address``, on ``port``."""
        if self.port is not None and self.port != port:
            return False
        if self.network is not None:
            return plain(address) in self.network
        return self.host == host.lower()


def parse_target(text: str) -> Target:
    """Read ``host:port``, ``network`` or ``network:port``.

    Raises:
        Invalid: it is none of these.
    """
    problem = Invalid("allow_targets", f"{text!r} is not host:port, a network or network:port")
    whole = _network(text) if "/" in text else None
    if whole is not None:
        return Target("", whole, None)
    host, _, port = text.rpartition(":")
    host = host.removeprefix("[").removesuffix("]").lower()
    if not (host and port.isascii() and port.isdigit() and 0 < int(port) < 65536):
        raise problem
    if "/" in host:
        network = _network(host)
        if network is None:
            raise problem
        return Target("", network, int(port))
    try:
        return Target("", ip_network(ip_address(host)), int(port))
    except ValueError:
        return Target(host, None, int(port))


def _network(text: str) -> IPv4Network | IPv6Network | None:
    try:
        return ip_network(text.removeprefix("[").removesuffix("]"))
    except ValueError:
        return None
