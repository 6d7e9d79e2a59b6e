"""``posture``: what somebody reported of the person's device, as ``name=value``, and until when."""

from __future__ import annotations

from datetime import datetime

from doorward.model.access import AccessRequest
from doorward.model.errors import Invalid
from doorward.model.rule import Selector
from doorward.policy.facts import PASS, RISK, canonical_name, canonical_value, current
from doorward.policy.match import Match
from doorward.policy.selectors.kind import PEOPLE, Narrowing

actions = PEOPLE
narrowing = Narrowing.NEVER


def parse(value: str, field: str) -> str:
    """``name=value``; a name alone wants ``pass``. Raises Invalid for what is no name, or no value."""
    name, given, wanted = value.partition("=")
    name = canonical_name(name, field=field)
    if name == RISK:
        raise Invalid(field, "risk is a kind of selector of its own: write risk: high")
    return f"{name}={canonical_value(name, wanted if given else PASS, field=field)}"


def matches(selector: Selector, request: AccessRequest) -> Match:
    """Whether the report says exactly this; UNKNOWN where there is none, or no longer."""
    name, _, wanted = selector.value.partition("=")
    fact = current(request, name)
    return Match.UNKNOWN if fact is None else Match.of(fact.value == wanted)


def until(selector: Selector, request: AccessRequest) -> datetime | None:
    """When the report expires."""
    fact = current(request, selector.value.partition("=")[0])
    return None if fact is None else fact.expires
