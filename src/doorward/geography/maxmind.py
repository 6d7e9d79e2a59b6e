"""A database in MaxMind's format (GeoLite2-Country, -City or compatible), shared with the edge.

The administrator's file is looked at, and a copy of it is used: by this process and by Envoy, so that both
say the same of an address. The copy is put in place by a rename, which is what Envoy watches for; and
a file that is read through a memory map must not be written to in place, as who updates the
original may do.

Rule: what is in use was looked into before, and stays until something better is there. Envoy refuses its
whole configuration when that names a file that it cannot read.

Format: https://maxmind.github.io/MaxMind-DB/
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from datetime import UTC, datetime
from ipaddress import IPv4Address, IPv6Address
from itertools import islice
from pathlib import Path
from typing import Final

import maxminddb

from doorward.model.errors import Invalid, Unavailable
from doorward.model.place import Place
from doorward.policy.networks import plain
from doorward.ports.places import GeoipDatabase

SETTING: Final = "geoip_database"
LOOKED_AT: Final = 1000
"""Records of a new file, from its beginning, among which one must name a country."""

_Stamp = tuple[int, int, int]


class MaxMindPlaces:
    """Implements ``ports.places.Places``."""

    def __init__(self, file: Path, *, copy: Path) -> None:
        """Raises Invalid for a file that is no such database, Unavailable for one that cannot be read."""
        self._file = file
        self._copy = copy
        self._seen = _stamp(file)
        self._used: _Stamp | None = self._seen
        self._problem = ""
        self._reader = _taken(file, copy)

    def of(self, address: IPv4Address | IPv6Address) -> Place:
        """See ``Places.of``. The country is where the address is used, not where it is registered."""
        known = plain(address)
        if isinstance(known, IPv6Address):
            known = IPv6Address(int(known))  # without a zone
        try:
            return Place.in_country(_country(self._reader.get(known)))
        except (ValueError, maxminddb.InvalidDatabaseError):
            return Place()  # an IPv6 address in a database of IPv4, or a record that is broken

    def database(self) -> GeoipDatabase | None:
        """See ``Places.database``."""
        about = self._reader.metadata()
        built = datetime.fromtimestamp(about.build_epoch, UTC)
        return GeoipDatabase(kind=about.database_type, built=built, problem=self._problem)

    def renew(self) -> bool:
        """See ``Places.renew``. A file counts as changed once it has stopped changing between two calls."""
        stamp: _Stamp | None = None
        try:
            stamp = _stamp(self._file)
            settled, self._seen = stamp == self._seen, stamp
            if stamp == self._used or not settled:
                return False
            self._reader = _taken(self._file, self._copy)
        except (Invalid, Unavailable) as problem:
            self._used, self._problem = stamp, f"{problem}; the database before it stays in use"
            return False
        self._used, self._problem = stamp, ""
        return True


def _stamp(file: Path) -> _Stamp:
    """What changes when the file does."""
    try:
        found = file.stat()
    except OSError as error:
        raise _unreadable(file, error) from None
    return found.st_ino, found.st_size, found.st_mtime_ns


def _taken(file: Path, copy: Path) -> maxminddb.Reader:
    """Copy the file and open the copy, which is in its place only if it is good."""
    new = copy.with_name(f"{copy.name}.new")
    try:
        content = file.read_bytes()
    except OSError as error:
        raise _unreadable(file, error) from None
    try:
        descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "wb") as written:
            written.write(content)
        reader = _checked(file, new)
        new.replace(copy)
    except OSError as error:
        raise Unavailable(f"{SETTING}: {copy} cannot be written: {error.strerror}") from None
    finally:
        with contextlib.suppress(OSError):
            new.unlink(missing_ok=True)
    return reader


def _checked(file: Path, copy: Path) -> maxminddb.Reader:
    """Raises Invalid unless the copy is such a database and names countries as the edge expects it."""
    try:
        reader = maxminddb.open_database(copy)
        if any(_country(record) for record in islice(_records(reader), LOOKED_AT)):
            return reader
    except (maxminddb.InvalidDatabaseError, ValueError, UnicodeError):
        raise Invalid(
            SETTING, f"{file} is not a database in MaxMind's format, such as GeoLite2-Country.mmdb"
        ) from None
    reader.close()
    raise Invalid(SETTING, f"{file} names no countries: use one such as GeoLite2-Country.mmdb")


def _records(reader: maxminddb.Reader) -> Iterator[object]:
    return (record for _, record in reader)


def _country(record: object) -> object:
    """The record's country code; None where it has none."""
    country = record.get("country") if isinstance(record, dict) else None
    return country.get("iso_code") if isinstance(country, dict) else None


def _unreadable(file: Path, error: OSError) -> Unavailable:
    return Unavailable(f"{SETTING}: {file} cannot be read: {error.strerror}")
