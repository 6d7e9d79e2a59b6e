from __future__ import annotations

from dataclasses import replace
from ipaddress import ip_address

import pytest

from doorward.model.errors import Invalid
from doorward.model.rule import Rules, Selector
from doorward.policy.match import Match
from doorward.policy.rule_bounds import rule_bounds
from doorward.policy.selectors import country
from tests.policy.meaning import Facts, holds
from tests.policy.said import nobody, said

GERMANY = Selector("country", "DE")
HERE = ip_address("192.0.2.7")


def test_it_is_written_as_iso_3166_has_it() -> None:
    assert country.parse(" de ", "f") == "DE"
    with pytest.raises(Invalid, match=r"'UK' is not a country: .*; GB is United Kingdom"):
        country.parse("UK", "f")


@pytest.mark.parametrize(
    ("where", "match"), [("DE", Match.YES), ("FR", Match.NO), ("XX", Match.NO), ("", Match.UNKNOWN)]
)
def test_the_evaluator_and_the_data_plane_read_a_country_alike(where: str, match: Match) -> None:
    assert country.matches(GERMANY, replace(nobody(), country=where)) is match
    bounds = country.bounds(GERMANY)
    assert holds(bounds.certain, Facts(HERE, country=where)) is (match is Match.YES)
    assert holds(bounds.possible, Facts(HERE, country=where)) is (match is not Match.NO)


@pytest.mark.parametrize(
    "rules",
    [
        Rules(include=said("country:DE")),
        Rules(include=said("everyone"), require=said("country:DE")),
        Rules(include=said("everyone"), exclude=said("country:DE")),
    ],
    ids=["include", "require", "exclude"],
)
def test_a_country_that_nobody_knows_lets_nobody_in(rules: Rules) -> None:
    bounds = rule_bounds(rules, {}, {}, token=True)
    assert not holds(bounds.certain, Facts(HERE))
    assert holds(bounds.possible, Facts(HERE)), "and makes a deny policy deny"


def test_an_exclude_lets_everybody_else_in_who_is_known_to_be_elsewhere() -> None:
    rules = Rules(include=said("everyone"), exclude=said("country:DE"))
    bounds = rule_bounds(rules, {}, {}, token=True)
    assert [holds(bounds.certain, Facts(HERE, country=where)) for where in ("DE", "FR", "")] == [
        False,
        True,
        False,
    ]
