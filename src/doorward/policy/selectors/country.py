"""``country``: the country that the request comes from, as far as the database of countries knows."""

from __future__ import annotations

from doorward.model.access import AccessRequest
from doorward.model.place import country_code
from doorward.model.rule import Selector
from doorward.policy.bounds import Bounds
from doorward.policy.expression import COUNTRY_KNOWN, CountryIn, either, negation
from doorward.policy.match import Match
from doorward.policy.selectors.kind import EVERY_ACTION, Narrowing

actions = EVERY_ACTION
narrowing = Narrowing.NEVER


def parse(value: str, field: str) -> str:
    """Its ISO 3166-1 code of two letters, in capitals; raises Invalid for any other."""
    return country_code(value, field=field)


def matches(selector: Selector, request: AccessRequest) -> Match:
    """Whether the source is there; UNKNOWN where nobody knows where it is."""
    return Match.of(request.country == selector.value) if request.country else Match.UNKNOWN


def bounds(selector: Selector) -> Bounds:
    """The edge looks the source up itself, and knows when it does not know."""
    there = CountryIn((selector.value,))
    return Bounds(certain=there, possible=either((there, negation(COUNTRY_KNOWN))))
