"""Bounds: a pair of expressions between which the truth lies.

What the data plane cannot test lies between ``Never`` and ``Always``. What allows takes the lower
bound, what denies the upper one; that is why the fast path is sound.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass

from doorward.model.rule import Selector
from doorward.policy.expression import ALWAYS, NEVER, ClaimContains, Expression, both, either, negation

MET, UNMET = "met", "unmet"
"""The claims in which a token lists the selectors that the control plane judged: those that matched,
and those that certainly did not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """``certain`` is true only where something matches (YES); ``possible`` wherever it does not
    certainly fail (YES or UNKNOWN)."""

    certain: Expression
    possible: Expression

    def negated(self) -> Bounds:
        """The bounds of the opposite."""
        return Bounds(certain=negation(self.possible), possible=negation(self.certain))


ANYTHING = Bounds(certain=NEVER, possible=ALWAYS)


def exactly(expression: Expression) -> Bounds:
    """The data plane knows it as well as anybody."""
    return Bounds(certain=expression, possible=expression)


def in_token(selector: Selector) -> Bounds:
    """The data plane knows what the token says; of what it does not list, nothing."""
    name = judged_name(selector)
    return Bounds(certain=ClaimContains(MET, name), possible=negation(ClaimContains(UNMET, name)))


def judged_name(selector: Selector) -> str:
    """A selector's name in the claims ``met`` and ``unmet``: 16 hexadecimal digits of a hash, for its
    value may be long, and is nobody's business outside."""
    key = "\0".join((selector.kind, selector.value, selector.identity_provider or ""))
    return hashlib.sha256(key.encode()).hexdigest()[:16]


def any_bounds(items: Iterable[Bounds]) -> Bounds:
    """The bounds of "at least one of them"."""
    found = list(items)
    return Bounds(
        certain=either(item.certain for item in found), possible=either(item.possible for item in found)
    )


def all_bounds(items: Iterable[Bounds]) -> Bounds:
    """The bounds of "all of them"."""
    found = list(items)
    return Bounds(
        certain=both(item.certain for item in found), possible=both(item.possible for item in found)
    )
