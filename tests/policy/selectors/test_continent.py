from __future__ import annotations

from dataclasses import replace
from ipaddress import ip_address

import pytest

from doorward.model.errors import Invalid
from doorward.model.place import COUNTRIES, Place
from doorward.model.rule import Selector
from doorward.policy.match import Match
from doorward.policy.selectors import continent
from tests.policy.meaning import Facts, holds
from tests.policy.said import nobody

EUROPE = Selector("continent", "EU")
HERE = ip_address("192.0.2.7")


def test_it_is_one_of_seven() -> None:
    assert continent.parse(" eu ", "f") == "EU"
    with pytest.raises(Invalid, match=r"use one of AF \(Africa\), AN \(Antarctica\)"):
        continent.parse("Europe", "f")


@pytest.mark.parametrize("where", [*COUNTRIES, "XX", ""])
def test_the_evaluator_and_the_data_plane_come_to_the_same_continent(where: str) -> None:
    place = Place.in_country(where)
    request = replace(nobody(), country=place.country, continent=place.continent)
    match, bounds, facts = (
        continent.matches(EUROPE, request),
        continent.bounds(EUROPE),
        Facts(HERE, country=where),
    )
    assert holds(bounds.certain, facts) is (match is Match.YES)
    assert holds(bounds.possible, facts) is (match is not Match.NO)


@pytest.mark.parametrize(
    ("country", "match"),
    [("DE", Match.YES), ("RU", Match.YES), ("TR", Match.NO), ("XX", Match.UNKNOWN), ("", Match.UNKNOWN)],
)
def test_a_country_on_no_continent_known_here_leaves_it_open(country: str, match: Match) -> None:
    place = Place.in_country(country)
    assert continent.matches(EUROPE, replace(nobody(), country=country, continent=place.continent)) is match
