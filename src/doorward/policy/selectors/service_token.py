"""``service_token``: one machine, by the credentials it showed."""

from __future__ import annotations

from doorward.model.access import AccessRequest
from doorward.model.ids import slug
from doorward.model.rule import Selector
from doorward.policy.expression import ClaimEquals, Expression
from doorward.policy.selectors.kind import MACHINES, Narrowing

actions = MACHINES
narrowing = Narrowing.NEVER


def parse(value: str, field: str) -> str:
    """A service token's id (not its client id); raises Invalid where it cannot be one."""
    return slug(value, field=field)


def matches(selector: Selector, request: AccessRequest) -> bool:
    """Whether the machine proved to hold this service token."""
    return request.service_token is not None and request.service_token == selector.value


def expression(selector: Selector) -> Expression:
    """The ``service_token`` claim is this id."""
    return ClaimEquals("service_token", selector.value)
