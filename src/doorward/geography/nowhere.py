"""Without a database: of no address is the country known."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address

from doorward.model.place import Place
from doorward.ports.places import GeoipDatabase


class Nowhere:
    """Implements ``ports.places.Places``."""

    def of(self, _address: IPv4Address | IPv6Address) -> Place:
        """Unknown."""
        return Place()

    def database(self) -> GeoipDatabase | None:
        """There is none."""
        return None

    def renew(self) -> bool:
        """Nothing changes."""
        return False
