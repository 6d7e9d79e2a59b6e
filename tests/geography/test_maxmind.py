"""The database as a file: what is taken, what is refused, and what happens when it changes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from ipaddress import ip_address
from pathlib import Path
from tempfile import NamedTemporaryFile

import pytest
from mmdb_writer import MMDBWriter
from netaddr import IPSet

from doorward.geography.maxmind import MaxMindPlaces
from doorward.geography.nowhere import Nowhere
from doorward.model.errors import AccessError, Invalid, Unavailable
from doorward.model.place import Place
from tests.geography.databases import write_database

HERE = ip_address("192.0.2.7")
BUILT = datetime(2026, 11, 20, tzinfo=UTC)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return write_database(tmp_path / "countries.mmdb", built=int(BUILT.timestamp()))


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    (tmp_path / "run").mkdir()
    return tmp_path / "run" / "copy.mmdb"


def in_france(file: Path) -> None:
    write_database(file, {"192.0.2.0/24": "FR"})


def problem_of(places: MaxMindPlaces) -> str:
    database = places.database()
    assert database is not None
    return database.problem


def test_it_says_its_kind_and_its_date(file: Path, copy: Path) -> None:
    database = MaxMindPlaces(file, copy=copy).database()
    assert database is not None
    assert (database.kind, database.built, database.problem) == ("Test-Country", BUILT, "")


def test_a_copy_that_nobody_else_may_read_lies_where_the_edge_looks(file: Path, copy: Path) -> None:
    MaxMindPlaces(file, copy=copy)
    assert copy.read_bytes() == file.read_bytes()
    assert copy.stat().st_mode & 0o777 == 0o600
    assert [path.name for path in copy.parent.iterdir()] == [copy.name]


def test_a_changed_file_is_taken_once_it_has_stopped_changing(file: Path, copy: Path) -> None:
    places = MaxMindPlaces(file, copy=copy)
    before = copy.stat().st_ino
    in_france(file)
    assert not places.renew()
    assert places.of(HERE) == Place("DE", "EU")
    assert places.renew()
    assert places.of(HERE) == Place("FR", "EU")
    assert copy.read_bytes() == file.read_bytes()
    assert copy.stat().st_ino != before, "Envoy sees a rename only"
    assert not places.renew()


def test_a_file_that_is_written_to_in_place_disturbs_nobody(file: Path, copy: Path) -> None:
    places = MaxMindPlaces(file, copy=copy)
    file.write_bytes(b"")
    assert places.of(HERE) == Place("DE", "EU")
    assert copy.stat().st_size > 0


BROKEN: Mapping[str, Callable[[bytes], bytes]] = {
    "empty": lambda _: b"",
    "another kind of file": lambda _: b"country: DE\n" * 100,
    "cut short": lambda good: good[: len(good) // 2],
    "its end only": lambda good: good[-200:],
    "no countries": lambda _: _autonomous_systems(),
}


def _autonomous_systems() -> bytes:
    writer = MMDBWriter(ip_version=4, database_type="Test-ASN")
    writer.insert_network(IPSet(["192.0.2.0/24"]), {"autonomous_system_number": 64496})
    with NamedTemporaryFile() as file:
        writer.to_db_file(file.name)
        return Path(file.name).read_bytes()


@pytest.mark.parametrize("kind", BROKEN)
def test_a_file_that_is_no_such_database_is_refused_and_leaves_nothing(
    file: Path, copy: Path, kind: str
) -> None:
    file.write_bytes(BROKEN[kind](file.read_bytes()))
    with pytest.raises(Invalid, match=r"^geoip_database: .*such as GeoLite2-Country.mmdb"):
        MaxMindPlaces(file, copy=copy)
    assert list(copy.parent.iterdir()) == []


def test_a_file_that_is_not_there_or_a_folder_is_refused(tmp_path: Path, copy: Path) -> None:
    for path, words in ((tmp_path / "none.mmdb", "No such file"), (tmp_path, "directory")):
        with pytest.raises(Unavailable, match=rf"^geoip_database: {path} cannot be read: .*{words}"):
            MaxMindPlaces(path, copy=copy)


@pytest.mark.parametrize("kind", BROKEN)
def test_a_change_for_the_worse_leaves_the_one_before_in_force_and_is_told(
    file: Path, copy: Path, kind: str
) -> None:
    places, good = MaxMindPlaces(file, copy=copy), file.read_bytes()
    file.write_bytes(BROKEN[kind](good))
    assert [places.renew() for _ in range(3)] == [False] * 3
    assert problem_of(places).endswith("the database before it stays in use")
    assert places.of(HERE) == Place("DE", "EU")
    assert copy.read_bytes() == good
    in_france(file)
    assert [places.renew(), places.renew()] == [False, True]
    assert problem_of(places) == ""


def test_a_file_that_goes_and_comes_back_is_told_and_forgotten(file: Path, copy: Path) -> None:
    places = MaxMindPlaces(file, copy=copy)
    aside = file.rename(file.with_suffix(".aside"))
    assert not places.renew()
    assert "cannot be read" in problem_of(places)
    assert places.of(HERE) == Place("DE", "EU")
    aside.rename(file)
    assert places.renew()
    assert problem_of(places) == ""


def test_a_copy_that_cannot_be_written_is_told(file: Path, tmp_path: Path) -> None:
    with pytest.raises(AccessError, match=r"geoip_database: .* cannot be written: No such file"):
        MaxMindPlaces(file, copy=tmp_path / "none" / "copy.mmdb")


def test_an_ipv6_address_is_nowhere_in_a_database_of_ipv4(tmp_path: Path, copy: Path) -> None:
    writer = MMDBWriter(ip_version=4, database_type="Test-Country")
    writer.insert_network(IPSet(["192.0.2.0/24"]), {"country": {"iso_code": "DE"}})
    writer.to_db_file(str(tmp_path / "four.mmdb"))
    places = MaxMindPlaces(tmp_path / "four.mmdb", copy=copy)
    assert places.of(HERE) == places.of(ip_address("::ffff:192.0.2.7")) == Place("DE", "EU")
    assert places.of(ip_address("2001:db8::1")) == Place()


ODD = [7, None, "", "de", "DEU", "D", "D\n", ["DE"], "D\u00c9", {"iso_code": "DE"}]


@pytest.mark.parametrize("code", ODD)
def test_what_does_not_look_like_a_country_is_none(tmp_path: Path, copy: Path, code: object) -> None:
    writer = MMDBWriter(ip_version=6, ipv4_compatible=True)
    writer.insert_network(IPSet(["198.51.100.0/24"]), {"country": {"iso_code": "DE"}})
    writer.insert_network(IPSet(["192.0.2.0/24"]), {"country": {} if code is None else {"iso_code": code}})
    writer.to_db_file(str(tmp_path / "odd.mmdb"))
    assert MaxMindPlaces(tmp_path / "odd.mmdb", copy=copy).of(HERE) == Place()


def test_without_a_database_everybody_is_nowhere() -> None:
    nowhere = Nowhere()
    assert nowhere.of(HERE) == Place()
    assert nowhere.database() is None
    assert not nowhere.renew()
