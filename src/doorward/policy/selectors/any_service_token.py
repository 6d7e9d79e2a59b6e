"""``any_service_token``: any machine with a service token that is valid now."""

from __future__ import annotations

from doorward.model.access import AccessRequest
from doorward.model.errors import Invalid
from doorward.model.rule import Selector
from doorward.policy.expression import ClaimPresent, Expression
from doorward.policy.selectors.kind import MACHINES, Narrowing

actions = MACHINES
narrowing = Narrowing.NEVER


def parse(value: str, field: str) -> str:
    """Raises Invalid unless ``value`` is empty."""
    if value:
        raise Invalid(
            field,
            f"any_service_token takes no value, and {value!r} is one: leave it empty, "
            "or use service_token for a certain one",
        )
    return ""


def matches(_selector: Selector, request: AccessRequest) -> bool:
    """Whether the machine proved to hold a service token."""
    return request.service_token is not None


def expression(_selector: Selector) -> Expression:
    """There is a ``service_token`` claim."""
    return ClaimPresent("service_token")
