"""Places that a test made up."""

from __future__ import annotations

from collections.abc import Mapping
from ipaddress import IPv4Address, IPv6Address, ip_network

from doorward.model.place import Place
from doorward.policy.networks import plain
from doorward.ports.places import GeoipDatabase


class FakePlaces:
    """``countries`` maps networks to country codes; a test may change it."""

    def __init__(self, countries: Mapping[str, str] | None = None) -> None:
        self.countries = dict(countries or {})
        self.known_from: GeoipDatabase | None = None

    def of(self, address: IPv4Address | IPv6Address) -> Place:
        known = plain(address)
        found = (code for network, code in self.countries.items() if known in ip_network(network))
        return Place.in_country(next(found, ""))

    def database(self) -> GeoipDatabase | None:
        return self.known_from

    def renew(self) -> bool:
        return False
