"""``everyone``: any request that the policy's action looks at."""

from __future__ import annotations

from doorward.model.access import AccessRequest
from doorward.model.errors import Invalid
from doorward.model.policy import Action
from doorward.model.rule import Selector
from doorward.policy.expression import ALWAYS, Expression
from doorward.policy.selectors.kind import Narrowing

actions = frozenset({Action.ALLOW, Action.DENY, Action.BYPASS})
narrowing = Narrowing.NEVER


def parse(value: str, field: str) -> str:
    """Raises Invalid unless ``value`` is empty."""
    if value:
        raise Invalid(field, f"everyone takes no value, and {value!r} is one: leave it empty")
    return ""


def matches(_selector: Selector, _request: AccessRequest) -> bool:
    """Always. Who counts as everyone (the signed-in, or all) is the action's matter."""
    return True


def expression(_selector: Selector) -> Expression:
    """Always."""
    return ALWAYS
