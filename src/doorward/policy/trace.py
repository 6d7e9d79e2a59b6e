"""A trace: everything that was looked at on the way to a decision, as a tree.

For administrators only: unlike ``explain``, it names groups, addresses and lists.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from doorward.model.access import AccessRequest
from doorward.model.ids import RuleGroupId
from doorward.model.policy import Policy
from doorward.model.rule import RuleGroup, Rules, Selector
from doorward.policy.compiled import CompiledApplication
from doorward.policy.decision import Decision
from doorward.policy.evaluate import evaluate, looks_at, match_of
from doorward.policy.match import Match
from doorward.policy.rules import Judgement, judge
from doorward.policy.selectors import RULE_GROUP


@dataclass(frozen=True, slots=True, kw_only=True)
class SelectorTrace:
    """One selector and its outcome. ``inner`` are the rules of a rule group."""

    selector: Selector
    match: Match
    inner: RulesTrace | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RulesTrace:
    """Rules, every selector of them, and what became of each rule type."""

    include: tuple[SelectorTrace, ...]
    require: tuple[SelectorTrace, ...]
    exclude: tuple[SelectorTrace, ...]
    judgement: Judgement


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyTrace:
    """One policy. ``looked_at`` is whether its action concerns who is asking; ``decided`` whether it was
    this one that decided, and so the last one that mattered."""

    policy: Policy
    looked_at: bool
    decided: bool
    rules: RulesTrace


@dataclass(frozen=True, slots=True, kw_only=True)
class Trace:
    """``policies`` are in the order of evaluation."""

    decision: Decision
    policies: tuple[PolicyTrace, ...]


def trace(compiled: CompiledApplication, request: AccessRequest) -> Trace:
    """Evaluate ``request`` and keep what was seen. The decision is that of ``evaluate``, whatever else
    the tree shows: policies after the one that decided are in it too, for who wonders about them."""
    decision = evaluate(compiled, request)
    return Trace(
        decision=decision,
        policies=tuple(
            PolicyTrace(
                policy=entry.policy,
                looked_at=looks_at(compiled, entry.policy, request),
                decided=entry.policy.id == decision.policy,
                rules=_rules(entry.policy.rules, compiled.rule_groups, request),
            )
            for entry in compiled.policies
        ),
    )


def _rules(rules: Rules, groups: Mapping[RuleGroupId, RuleGroup], request: AccessRequest) -> RulesTrace:
    def seen(selector: Selector) -> SelectorTrace:
        if selector.kind != RULE_GROUP:
            return SelectorTrace(selector=selector, match=match_of(selector, request))
        group = groups.get(RuleGroupId(selector.value))
        if group is None:
            return SelectorTrace(selector=selector, match=Match.UNKNOWN)
        inner = _rules(group.rules, groups, request)
        return SelectorTrace(selector=selector, match=inner.judgement.match, inner=inner)

    return RulesTrace(
        include=tuple(seen(selector) for selector in rules.include),
        require=tuple(seen(selector) for selector in rules.require),
        exclude=tuple(seen(selector) for selector in rules.exclude),
        judgement=judge(rules, groups, lambda selector: match_of(selector, request)),
    )
