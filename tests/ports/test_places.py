"""What every ``Places`` promises."""

from __future__ import annotations

from ipaddress import ip_address
from pathlib import Path

import pytest

from doorward.geography.maxmind import MaxMindPlaces
from doorward.model.place import Place
from doorward.ports.places import Places
from tests.fakes.places import FakePlaces
from tests.geography.databases import COUNTRIES, write_database


@pytest.fixture(params=["fake", "maxmind"])
def places(request: pytest.FixtureRequest, tmp_path: Path) -> Places:
    """Both know the same countries."""
    if request.param == "fake":
        return FakePlaces(COUNTRIES)
    return MaxMindPlaces(write_database(tmp_path / "countries.mmdb"), copy=tmp_path / "copy.mmdb")


@pytest.mark.parametrize(
    ("address", "place"),
    [
        ("192.0.2.7", Place("DE", "EU")),
        ("198.51.100.1", Place("RU", "EU")),
        ("203.0.113.15", Place("US", "NA")),
        ("2001:db8::1", Place("FR", "EU")),
        ("2001:db8:8000::1", Place("RU", "EU")),
        ("127.0.0.3", Place("RU", "EU")),
    ],
)
def test_an_address_is_in_the_country_of_its_network(places: Places, address: str, place: Place) -> None:
    assert places.of(ip_address(address)) == place


UNKNOWN = ["203.0.113.16", "203.0.113.200", "10.0.0.1", "::1", "2001:db9::1", "0.0.0.0"]


@pytest.mark.parametrize("address", UNKNOWN)
def test_an_address_that_nobody_knows_is_nowhere(places: Places, address: str) -> None:
    assert places.of(ip_address(address)) == Place()


def test_an_ipv4_address_in_ipv6_spelling_is_where_it_is(places: Places) -> None:
    assert places.of(ip_address("::ffff:192.0.2.7")) == Place("DE", "EU")


def test_a_zone_is_no_matter(places: Places) -> None:
    assert places.of(ip_address("2001:db8::1%eth0")) == Place("FR", "EU")


def test_a_country_that_is_on_no_continent_known_here_is_still_one(places: Places) -> None:
    assert places.of(ip_address("127.0.0.4")) == Place("XX", "")


def test_where_nothing_has_changed_there_is_nothing_to_renew(places: Places) -> None:
    assert not places.renew()
