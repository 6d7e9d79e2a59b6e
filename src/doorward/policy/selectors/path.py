"""``path``: what is asked for is this path, or one that fits the pattern: ``/admin/**``."""

from __future__ import annotations

from doorward.model.access import AccessRequest
from doorward.model.rule import Selector
from doorward.policy.bounds import Bounds
from doorward.policy.expression import PathMatches, either
from doorward.policy.match import Match
from doorward.policy.path_patterns import ODD, canonical_path, certain_regex, compare, possible_regex
from doorward.policy.selectors.kind import EVERY_ACTION, Narrowing

actions = EVERY_ACTION
narrowing = Narrowing.NEVER


def parse(value: str, field: str) -> str:
    """A pattern; see ``canonical_path``, also for what it raises."""
    return canonical_path(value, field)


def matches(selector: Selector, request: AccessRequest) -> Match:
    """Whether the path fits; UNKNOWN where it may be taken for one that does."""
    return compare(selector.value, request.path)


def bounds(selector: Selector) -> Bounds:
    """The edge knows which paths fit. Odd ones, if they do not, it leaves to the control plane."""
    fits = PathMatches(certain_regex(selector.value))
    return Bounds(
        certain=fits, possible=either((fits, PathMatches(possible_regex(selector.value)), PathMatches(ODD)))
    )
