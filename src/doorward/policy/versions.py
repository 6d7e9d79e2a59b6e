"""The version of an application's policies: a name for what decides."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence

from doorward.model.ids import IdentityProviderId, RuleGroupId
from doorward.model.policy import Policy
from doorward.model.rule import RuleGroup, Rules, Selector
from doorward.policy.rule_groups import parts


def policies_version(
    ordered: Sequence[Policy],
    groups: Mapping[RuleGroupId, RuleGroup],
    identity_providers: Iterable[IdentityProviderId],
) -> str:
    """12 hexadecimal digits, the same for the same policies (in the order of evaluation and in canonical
    spelling), rule groups and identity providers. Names are for people and do not count, nor
    does how long somebody stays; ids do, for a decision names the policy by its id. So do the items of lists
    not: a list has its own history."""
    said = json.dumps(
        [
            1,
            [[policy.id, policy.action, _rules(policy.rules)] for policy in ordered],
            {group_id: _rules(group.rules) for group_id, group in groups.items()},
            sorted(identity_providers),
        ],
        sort_keys=True,
    )
    return hashlib.sha256(said.encode()).hexdigest()[:12]


def _rules(rules: Rules) -> list[list[list[str | None]]]:
    return [[_selector(selector) for selector in selectors] for _, selectors in parts(rules)]


def _selector(selector: Selector) -> list[str | None]:
    return [selector.kind, selector.value, selector.identity_provider]
