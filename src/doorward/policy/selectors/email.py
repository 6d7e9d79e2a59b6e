"""``email``: one person's address."""

from __future__ import annotations

from doorward.model.access import AccessRequest, canonical_email
from doorward.model.rule import Selector
from doorward.policy.expression import ClaimEquals, Expression
from doorward.policy.selectors.kind import PEOPLE, Narrowing

actions = PEOPLE
narrowing = Narrowing.NEVER


def parse(value: str, field: str) -> str:
    """Lower case, as ``doorward.model.access.canonical_email`` spells it; raises its Invalid."""
    return canonical_email(value, field=field)


def matches(selector: Selector, request: AccessRequest) -> bool:
    """Whether the person's address is this one."""
    return request.identity is not None and request.identity.email == selector.value


def expression(selector: Selector) -> Expression:
    """The ``email`` claim is this address."""
    return ClaimEquals("email", selector.value)
