"""``method``: what is asked for is an HTTP method, or one of several: ``GET,HEAD``."""

from __future__ import annotations

from doorward.model.access import AccessRequest
from doorward.model.errors import Invalid
from doorward.model.methods import METHODS
from doorward.model.rule import Selector
from doorward.policy.bounds import Bounds, exactly
from doorward.policy.expression import MethodIs, either
from doorward.policy.match import Match
from doorward.policy.selectors.kind import EVERY_ACTION, Narrowing

actions = EVERY_ACTION
narrowing = Narrowing.NEVER


def parse(value: str, field: str) -> str:
    """In capitals, each once, in the order of ``METHODS``. Raises Invalid for a method that the edge refuses
    anyway."""
    given = [word.strip().upper() for word in value.split(",")]
    unknown = next((word for word in given if word not in METHODS), None)
    if unknown is not None:
        raise Invalid(
            field,
            f"{unknown[:32]!r} is not a method that reaches an application: write one or several, such as "
            f"GET,HEAD, of {', '.join(METHODS)}",
        )
    return ",".join(method for method in METHODS if method in given)


def matches(selector: Selector, request: AccessRequest) -> Match:
    """Whether the request has one of them; UNKNOWN where it is of no particular request."""
    if not request.method:
        return Match.UNKNOWN
    return Match.of(request.method in selector.value.split(","))


def bounds(selector: Selector) -> Bounds:
    """The edge knows it of every request."""
    return exactly(either(MethodIs(method) for method in selector.value.split(",")))
