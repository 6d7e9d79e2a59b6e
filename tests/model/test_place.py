from __future__ import annotations

import pytest

from doorward.model.errors import Invalid
from doorward.model.place import (
    CONTINENT_NAMES,
    CONTINENTS,
    COUNTRIES,
    Place,
    continent_code,
    country_code,
)


def test_every_country_of_iso_3166_is_there_and_kosovo() -> None:
    assert len(COUNTRIES) == 249 + 1
    assert all(len(code) == 2 and code.isascii() and code.isupper() for code in COUNTRIES)
    assert all(name == name.strip() and name[0].isupper() for name in COUNTRIES.values())
    assert len(set(COUNTRIES.values())) == len(COUNTRIES)


def test_each_is_on_one_continent() -> None:
    assert sum(map(len, CONTINENTS.values())) == len(COUNTRIES)
    assert list(CONTINENTS) == list(CONTINENT_NAMES) == ["AF", "AN", "AS", "EU", "NA", "OC", "SA"]


@pytest.mark.parametrize(
    ("country", "continent"),
    [("NA", "AF"), ("GE", "AS"), ("TR", "AS"), ("CY", "EU"), ("RU", "EU"), ("GL", "NA"), ("FM", "OC")],
)
def test_the_continent_follows_from_the_country(country: str, continent: str) -> None:
    assert Place.in_country(country) == Place(country, continent)


def test_a_country_that_the_table_does_not_have_is_on_no_continent() -> None:
    assert Place.in_country("XX") == Place("XX", "")


@pytest.mark.parametrize("code", [None, "", "de", "D", "DEU", "D1", "DE\n", "DÉ", 7, ["DE"]])
def test_what_does_not_look_like_a_country_is_nowhere(code: object) -> None:
    assert Place.in_country(code) == Place()


@pytest.mark.parametrize("value", ["DE", "de", " De "])
def test_a_country_is_written_in_capitals(value: str) -> None:
    assert country_code(value, field="f") == "DE"


@pytest.mark.parametrize(
    ("value", "nearest"),
    [
        ("UK", "GB is United Kingdom"),
        ("usa", "US is United States"),
        ("Germany", "DE is Germany"),
        ("Gremany", "DE is Germany"),
        ("Ivory Cost", "CI is Ivory Coast"),
        ("DEU", "such as DE for Germany"),
        ("QQ", "QA is Qatar"),
        ("", "such as DE for Germany"),
        ("🇩🇪", "such as DE for Germany"),
        ("D" * 10_000, "such as DE for Germany"),
    ],
)
def test_an_unknown_country_is_refused_with_the_nearest(value: str, nearest: str) -> None:
    with pytest.raises(
        Invalid, match=f"^f: .* is not a country: use its ISO 3166-1 code .*; {nearest}$"
    ) as caught:
        country_code(value, field="f")
    assert len(str(caught.value)) < 200


def test_a_continent_is_one_of_seven() -> None:
    assert continent_code(" eu ", field="f") == "EU"
    with pytest.raises(
        Invalid, match=r"^f: 'Europe' is not a continent: use one of AF \(Africa\), .*EU \(Europe\)"
    ):
        continent_code("Europe", field="f")
