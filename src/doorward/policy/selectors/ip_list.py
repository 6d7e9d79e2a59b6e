"""``ip_list``: a source that is on a named list of networks."""

from __future__ import annotations

from doorward.model.access import AccessRequest
from doorward.model.ids import ListId, slug
from doorward.model.rule import Selector
from doorward.policy.bounds import ANYTHING, Bounds
from doorward.policy.match import Match
from doorward.policy.selectors.kind import EVERY_ACTION, Narrowing

actions = EVERY_ACTION
narrowing = Narrowing.NEVER


def parse(value: str, field: str) -> str:
    """A list's id; raises Invalid where it cannot be one."""
    return slug(value, field=field)


def matches(selector: Selector, request: AccessRequest) -> Match:
    """Whether the source is on it."""
    return Match.UNKNOWN if request.lists is None else Match.of(ListId(selector.value) in request.lists)


def bounds(_selector: Selector) -> Bounds:
    """Nothing, from the name alone: who has the list (``rule_bounds``) can say more."""
    return ANYTHING
