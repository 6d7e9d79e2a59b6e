"""``continent``: the continent that the request comes from, which follows from the country."""

from __future__ import annotations

from doorward.model.access import AccessRequest
from doorward.model.place import CONTINENTS, continent_code
from doorward.model.rule import Selector
from doorward.policy.bounds import Bounds
from doorward.policy.expression import CountryIn, negation
from doorward.policy.match import Match
from doorward.policy.selectors.kind import EVERY_ACTION, Narrowing

actions = EVERY_ACTION
narrowing = Narrowing.NEVER


def parse(value: str, field: str) -> str:
    """Its code of two letters, in capitals; raises Invalid for any other."""
    return continent_code(value, field=field)


def matches(selector: Selector, request: AccessRequest) -> Match:
    """Whether the source is there; UNKNOWN where nobody knows where it is, or on which continent the
    country is."""
    return Match.of(request.continent == selector.value) if request.continent else Match.UNKNOWN


def bounds(selector: Selector) -> Bounds:
    """The edge knows the country: it is one of this continent, or certainly one of another."""
    elsewhere = frozenset().union(*CONTINENTS.values()) - CONTINENTS[selector.value]
    return Bounds(
        certain=CountryIn(tuple(sorted(CONTINENTS[selector.value]))),
        possible=negation(CountryIn(tuple(sorted(elsewhere)))),
    )
