"""What an expression means, spelt out as plainly as possible: Envoy's part in tests without Envoy."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from ipaddress import IPv4Address, IPv6Address

from doorward.policy.expression import (
    Always,
    And,
    ClaimContains,
    ClaimEquals,
    ClaimMatches,
    ClaimPresent,
    CountryIn,
    CountryKnown,
    Expression,
    IssuedBefore,
    MethodIs,
    Never,
    Not,
    Or,
    PathMatches,
    RequestFact,
    SourceIn,
    TokenFact,
)


@dataclass(frozen=True)
class Facts:
    """A source, the claims of a verified token (no claims, no token), a country (empty where it is not
    known), and what is asked for."""

    source: IPv4Address | IPv6Address
    claims: Mapping[str, object] = field(default_factory=dict)
    country: str = ""
    method: str = "GET"
    path: str = "/"


def holds(expression: Expression, facts: Facts) -> bool:
    """Whether ``expression`` is true of ``facts``."""
    match expression:
        case Always():
            return True
        case Never():
            return False
        case Not(operand):
            return not holds(operand, facts)
        case And(operands):
            return all(holds(operand, facts) for operand in operands)
        case Or(operands):
            return any(holds(operand, facts) for operand in operands)
        case SourceIn() | CountryIn() | CountryKnown() | MethodIs() | PathMatches():
            return _is_so_of_the_request(expression, facts)
        case _:
            return _is_so_of_the_token(expression, facts)


def _is_so_of_the_request(fact: RequestFact, facts: Facts) -> bool:
    match fact:
        case SourceIn(network):
            return facts.source.version == network.version and facts.source in network
        case CountryIn(countries):
            return facts.country in countries
        case CountryKnown():
            return facts.country != ""
        case MethodIs(method):
            return facts.method == method
        case PathMatches(regex):
            return re.fullmatch(regex, facts.path) is not None


def _is_so_of_the_token(fact: TokenFact, facts: Facts) -> bool:
    if isinstance(fact, IssuedBefore):
        issued = facts.claims.get("iat")
        return isinstance(issued, int) and 0 <= issued < fact.second
    value = facts.claims.get(fact.claim)
    match fact:
        case ClaimContains(_, item):
            return isinstance(value, list) and item in value
        case ClaimEquals(_, text):
            return value == text
        case ClaimMatches(_, regex):
            return isinstance(value, str) and re.fullmatch(regex, value) is not None
        case ClaimPresent():
            return isinstance(value, str) and value != ""
