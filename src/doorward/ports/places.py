"""Places: where on earth an address is, as far as a database knows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from ipaddress import IPv4Address, IPv6Address
from typing import Protocol

from doorward.model.place import Place


@dataclass(frozen=True, slots=True, kw_only=True)
class GeoipDatabase:
    """The database that is in use: its own name for its kind, and when it was made.

    ``problem`` is a sentence where the file has changed since and cannot be used.
    """

    kind: str
    built: datetime
    problem: str = ""


class Places(Protocol):
    """Knows the countries of addresses."""

    def of(self, address: IPv4Address | IPv6Address) -> Place:
        """Where the address is; an empty place where nobody knows. ``::ffff:192.0.2.1`` is where
        ``192.0.2.1`` is."""
        ...

    def database(self) -> GeoipDatabase | None:
        """What it knows that from; None where it knows nothing."""
        ...

    def renew(self) -> bool:
        """Use the database as it is by now; whether it has changed. To be called now and then, from a
        thread: it may read a large file. One that cannot be used leaves the one before in force."""
        ...
