"""``risk``: the level of risk that somebody reported of the person, and until when."""

from __future__ import annotations

from datetime import datetime

from doorward.model.access import AccessRequest
from doorward.model.rule import Selector
from doorward.policy.facts import RISK, current, level
from doorward.policy.match import Match
from doorward.policy.selectors.kind import PEOPLE, Narrowing

actions = PEOPLE
narrowing = Narrowing.NEVER


def parse(value: str, field: str) -> str:
    """Lower case. Raises Invalid unless it is a level."""
    return level(value, field)


def matches(selector: Selector, request: AccessRequest) -> Match:
    """Whether the level is exactly this; UNKNOWN where nobody reported one, or no longer."""
    fact = current(request, RISK)
    return Match.UNKNOWN if fact is None else Match.of(fact.value == selector.value)


def until(_selector: Selector, request: AccessRequest) -> datetime | None:
    """When the report expires."""
    fact = current(request, RISK)
    return None if fact is None else fact.expires
