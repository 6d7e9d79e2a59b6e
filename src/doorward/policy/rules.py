"""Judging rules: include, require and exclude, each in three values."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from doorward.model.rule import Rules, Selector
from doorward.policy.match import Match, all_of, any_of


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


def judge(rules: Rules, test: Callable[[Selector], Match]) -> Judgement:
    """Judge ``rules``, asking ``test`` about each selector."""
    return Judgement(
        included=any_of(test(selector) for selector in rules.include),
        required=all_of(test(selector) for selector in rules.require),
        excluded=any_of(test(selector) for selector in rules.exclude),
    )
