"""Small databases in MaxMind's format, of addresses that are nobody's (RFC 5737, RFC 3849, loopback)."""

from __future__ import annotations

from collections.abc import Mapping
from ipaddress import IPv4Network, ip_network
from pathlib import Path

from mmdb_writer import MMDBWriter
from netaddr import IPSet

from doorward.policy.networks import in_ipv6_dress

COUNTRIES: Mapping[str, str] = {
    "192.0.2.0/24": "DE",
    "198.51.100.0/24": "RU",
    "203.0.113.0/28": "US",
    "2001:db8::/33": "FR",
    "2001:db8:8000::/34": "RU",
    "127.0.0.2/32": "DE",
    "127.0.0.3/32": "RU",
    "127.0.0.4/32": "XX",
}
"""Networks and the countries that they are in. The last is no country, as a database may name one that is
newer than Doorward."""


def write_database(
    file: Path, countries: Mapping[str, str] = COUNTRIES, *, kind: str = "Test-Country", built: int = 0
) -> Path:
    """A database of countries. It comes into its place at once, as a program that updates one would do."""
    writer = MMDBWriter(ip_version=6, database_type=kind, ipv4_compatible=True)
    for network, country in countries.items():
        # The database also says where a network is registered, which is not where it is used.
        record = {"country": {"iso_code": country}, "registered_country": {"iso_code": "SE"}}
        writer.insert_network(IPSet(_spellings(network)), record)
    writer.insert_network(IPSet(["203.0.113.128/25"]), {"continent": {"code": "EU"}})
    new = file.with_name(f"{file.name}.written")
    writer.to_db_file(str(new))
    if built:
        new.write_bytes(_dated(new.read_bytes(), built))
    return new.replace(file)


def _spellings(network: str) -> list[str]:
    """An IPv4 network in IPv6 spelling too, as MaxMind's own databases have it."""
    found = ip_network(network)
    return [network, str(in_ipv6_dress(found))] if isinstance(found, IPv4Network) else [network]


def _dated(content: bytes, built: int) -> bytes:
    """With another second (of Unix time) in which it was built: four bytes behind that name."""
    name = b"build_epoch"
    at = content.rindex(name) + len(name)
    size = content[at] & 0b11111
    start = at + (2 if not content[at] >> 5 else 1)
    return content[:start] + built.to_bytes(size, "big") + content[start + size :]
