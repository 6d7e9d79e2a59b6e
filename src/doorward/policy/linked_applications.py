"""Which applications' tokens an application takes from other servers."""

from __future__ import annotations

from collections.abc import Mapping

from doorward.model.ids import ApplicationId, RuleGroupId
from doorward.model.policy import Action
from doorward.model.rule import RuleGroup, Rules
from doorward.policy.compiled import CompiledApplication
from doorward.policy.rule_groups import selectors_in
from doorward.policy.selectors import LINKED_APP_TOKEN


def linked_to(compiled: CompiledApplication) -> frozenset[ApplicationId]:
    """The applications whose tokens some policy lets in."""
    return frozenset(
        linked
        for entry in compiled.policies
        if entry.policy.action is Action.SERVICE_AUTH
        for linked in included(entry.policy.rules, compiled.rule_groups)
    )


def included(rules: Rules, groups: Mapping[RuleGroupId, RuleGroup]) -> frozenset[ApplicationId]:
    """The applications whose tokens these rules include."""
    return frozenset(
        ApplicationId(selector.value)
        for selector in selectors_in(Rules(include=rules.include), groups)
        if selector.kind == LINKED_APP_TOKEN
    )
