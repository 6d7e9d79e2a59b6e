"""Rules as a pair of expressions between which the truth lies.

A selector that the data plane cannot test lies between ``Never`` and ``Always``. What allows takes
the lower bound, what denies the upper one; that is why the fast path is sound.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from doorward.model.ids import RuleGroupId
from doorward.model.rule import RuleGroup, Rules, Selector
from doorward.policy.expression import ALWAYS, NEVER, Expression, both, either, negation
from doorward.policy.selectors import RULE_GROUP, SELECTORS


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """``certain`` is true only where the rules match (YES); ``possible`` wherever they do not
    certainly fail (YES or UNKNOWN)."""

    certain: Expression
    possible: Expression


_ANYTHING = Bounds(certain=NEVER, possible=ALWAYS)


def bounds(rules: Rules, groups: Mapping[RuleGroupId, RuleGroup]) -> Bounds:
    """The bounds of ``rules``; each rule group is worked out once."""
    known: dict[RuleGroupId, Bounds] = {}

    def of_rules(inner: Rules) -> Bounds:
        include = [of_selector(selector) for selector in inner.include]
        require = [of_selector(selector) for selector in inner.require]
        exclude = [of_selector(selector) for selector in inner.exclude]
        return Bounds(
            certain=both(
                (
                    either(item.certain for item in include),
                    *(item.certain for item in require),
                    *(negation(item.possible) for item in exclude),
                )
            ),
            possible=both(
                (
                    either(item.possible for item in include),
                    *(item.possible for item in require),
                    *(negation(item.certain) for item in exclude),
                )
            ),
        )

    def of_selector(selector: Selector) -> Bounds:
        if selector.kind == RULE_GROUP:
            group_id = RuleGroupId(selector.value)
            if group_id not in known:
                known[group_id] = of_rules(groups[group_id].rules)
            return known[group_id]
        kind = SELECTORS.get(selector.kind)
        if kind is None:
            return _ANYTHING
        exact = kind.expression(selector)
        return Bounds(certain=exact, possible=exact)

    return of_rules(rules)
