"""The bounds of whole rules, rule groups and lists looked up."""

from __future__ import annotations

from collections.abc import Mapping

from doorward.model.ids import ListId, RuleGroupId
from doorward.model.named_list import NamedList
from doorward.model.rule import RuleGroup, Rules, Selector
from doorward.policy.bounds import ANYTHING, Bounds, all_bounds, any_bounds
from doorward.policy.named_lists import ip_list_bounds
from doorward.policy.selectors import IP_LIST, RULE_GROUP, SELECTORS
from doorward.policy.selectors.kind import Judged


def rule_bounds(
    rules: Rules,
    groups: Mapping[RuleGroupId, RuleGroup],
    lists: Mapping[ListId, NamedList],
    *,
    token: bool,
) -> Bounds:
    """The bounds of ``rules``; each rule group is worked out once.

    ``token`` is whether what the token says counts. Under ``bypass`` it does not, for nobody looks
    there whether it is a current one.
    """
    known: dict[RuleGroupId, Bounds] = {}

    def of_rules(inner: Rules) -> Bounds:
        return all_bounds(
            (
                any_bounds(of_selector(selector) for selector in inner.include),
                *(of_selector(selector) for selector in inner.require),
                *(of_selector(selector).negated() for selector in inner.exclude),
            )
        )

    def of_selector(selector: Selector) -> Bounds:
        if selector.kind == RULE_GROUP:
            group_id = RuleGroupId(selector.value)
            if group_id not in known:
                known[group_id] = of_rules(groups[group_id].rules)
            return known[group_id]
        if selector.kind == IP_LIST:
            networks = lists.get(ListId(selector.value))
            return ANYTHING if networks is None else ip_list_bounds(networks)
        kind = SELECTORS.get(selector.kind)
        if kind is None or (isinstance(kind, Judged) and not token):
            return ANYTHING
        return kind.bounds(selector)

    return of_rules(rules)
