"""``identity_provider``: where the person signed in."""

from __future__ import annotations

from doorward.model.access import AccessRequest
from doorward.model.ids import slug
from doorward.model.rule import Selector
from doorward.policy.expression import ClaimEquals, Expression
from doorward.policy.selectors.kind import PEOPLE, Narrowing

actions = PEOPLE
narrowing = Narrowing.NEVER


def parse(value: str, field: str) -> str:
    """An identity provider's id; raises Invalid where it cannot be one."""
    return slug(value, field=field)


def matches(selector: Selector, request: AccessRequest) -> bool:
    """Whether that provider vouched for the person."""
    return request.identity is not None and request.identity.identity_provider == selector.value


def expression(selector: Selector) -> Expression:
    """The ``idp`` claim is this provider."""
    return ClaimEquals("idp", selector.value)
