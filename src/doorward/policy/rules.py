"""Judging rules: include, require and exclude, each in three values."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from doorward.model.ids import RuleGroupId
from doorward.model.rule import RuleGroup, Rules, Selector
from doorward.policy.match import Match, all_of, any_of
from doorward.policy.selectors import RULE_GROUP


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """What became of each rule type. ``excluded`` is YES where an exclude rule matched."""

    included: Match
    required: Match
    excluded: Match

    @property
    def match(self) -> Match:
        """Whether the rules as a whole match."""
        return all_of((self.included, self.required, self.excluded.negated()))


def judge(
    rules: Rules, groups: Mapping[RuleGroupId, RuleGroup], test: Callable[[Selector], Match]
) -> Judgement:
    """Judge ``rules``, asking ``test`` about each selector that is no rule group. A group that is not
    there is UNKNOWN."""

    def match(selector: Selector) -> Match:
        if selector.kind != RULE_GROUP:
            return test(selector)
        group = groups.get(RuleGroupId(selector.value))
        return Match.UNKNOWN if group is None else judge(group.rules, groups, test).match

    return Judgement(
        included=any_of(match(selector) for selector in rules.include),
        required=all_of(match(selector) for selector in rules.require),
        excluded=any_of(match(selector) for selector in rules.exclude),
    )
