"""``auth_context``: an authentication context that the person satisfied lately (Entra Conditional
Access). It always says whose: another directory's ``c1`` asks for something else."""

from __future__ import annotations

import re

from doorward.model.access import AccessRequest
from doorward.model.errors import Invalid
from doorward.model.rule import Selector
from doorward.policy.expression import NEVER, ClaimContains, ClaimEquals, Expression, both
from doorward.policy.selectors.kind import PEOPLE, Narrowing

actions = PEOPLE
narrowing = Narrowing.REQUIRED

_CONTEXT = re.compile(r"c[1-9][0-9]?")


def parse(value: str, field: str) -> str:
    """Lower case. Raises Invalid unless it is c1 to c99."""
    context = value.strip().lower()
    if not _CONTEXT.fullmatch(context):
        raise Invalid(
            field, f"{value[:32]!r} is not an authentication context: use its id in Entra, c1 to c99"
        )
    return context


def matches(selector: Selector, request: AccessRequest) -> bool:
    """Whether the person satisfied it at the provider that it is narrowed to."""
    person = request.identity
    if person is None or selector.identity_provider is None:
        return False
    return person.identity_provider == selector.identity_provider and selector.value in person.contexts


def expression(selector: Selector) -> Expression:
    """The ``acrs`` claim lists it and the ``idp`` claim is the provider. A token never outlives a
    context that it lists."""
    if selector.identity_provider is None:
        return NEVER
    return both((ClaimContains("acrs", selector.value), ClaimEquals("idp", selector.identity_provider)))
