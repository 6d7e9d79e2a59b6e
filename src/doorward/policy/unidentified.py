"""What can be said of a request before anybody has signed in.

Checks that need no identity come before sign-in is offered: who can get in from nowhere but the
office is not asked for a password elsewhere.
"""

from __future__ import annotations

from collections.abc import Mapping

from doorward.model.access import AccessRequest
from doorward.model.ids import RuleGroupId
from doorward.model.policy import Action
from doorward.model.rule import RuleGroup, Rules, Selector
from doorward.policy.compiled import CompiledApplication
from doorward.policy.match import Match
from doorward.policy.rules import Judgement, judge
from doorward.policy.selectors import SELECTORS


def needs_identity(compiled: CompiledApplication, request: AccessRequest) -> bool:
    """Whether signing in could change a denial of this request.

    False for a request that is identified already, for one that no person could get allowed from
    this source, and where people are not admitted at all. True is no promise.
    """
    if request.identity is not None or request.application != compiled.application:
        return False
    for entry in compiled.policies:
        if entry.policy.action not in (Action.ALLOW, Action.DENY):
            continue
        match = judge_unidentified(entry.policy.rules, compiled.rule_groups, request).match
        if entry.policy.action is Action.DENY:
            if match is Match.YES:
                return False
        elif match is not Match.NO:
            return True
    return False


def judge_unidentified(
    rules: Rules, groups: Mapping[RuleGroupId, RuleGroup], request: AccessRequest
) -> Judgement:
    """Judge ``rules`` with everything about the person still unknown."""

    def test(selector: Selector) -> Match:
        kind = SELECTORS.get(selector.kind)
        if kind is None or Action.BYPASS not in kind.actions:
            return Match.UNKNOWN
        return kind.matches(selector, request)

    return judge(rules, groups, test)
