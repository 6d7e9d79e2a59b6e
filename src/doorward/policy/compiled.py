"""What the compiler makes: an application's policies, checked, in order, with expressions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from doorward.model.claims import Mentioned
from doorward.model.ids import ApplicationId, IdentityProviderId, RuleGroupId
from doorward.model.policy import Policy
from doorward.model.rule import RuleGroup, Selector
from doorward.policy.expression import Expression


@dataclass(frozen=True, slots=True, kw_only=True)
class CompiledPolicy:
    """One policy. ``position`` counts in the order of evaluation, from 0.

    ``expression`` is true only of requests that this policy allows, and that no deny policy before
    it may match: the data plane may act on it alone, given a current token. It is ``Never`` for a
    deny policy, and wherever nothing can be proved.
    """

    position: int
    policy: Policy
    expression: Expression


@dataclass(frozen=True, slots=True, kw_only=True)
class CompiledApplication:
    """``policies`` are in the order of evaluation: bypass and service_auth first, then allow and
    deny, each in the order that the administrator gave. Selectors are in canonical spelling.

    ``mentioned`` are the only facts that a token for this application needs to carry. ``judged`` are the
    selectors whose outcome it carries, since only the control plane can judge them.
    ``fingerprint`` (12 hexadecimal digits) names that set: a token made for another set is stale,
    since a fact that it leaves out may be one that an exclude rule looks for.
    ``identity_providers`` are those by which people may sign in here; empty means all.
    ``version`` (12 hexadecimal digits) names what decides: the same policies, rule groups and providers,
    in the same order, have the same version. ``rule_groups`` are those that the policies use.
    ``looks_at_target`` is whether any rule looks at method or path.
    ``unknown_kinds`` are the kinds of selectors in use that this version does not know.
    """

    application: ApplicationId
    policies: tuple[CompiledPolicy, ...]
    rule_groups: Mapping[RuleGroupId, RuleGroup]
    mentioned: Mentioned
    judged: tuple[Selector, ...]
    fingerprint: str
    version: str
    unknown_kinds: frozenset[str]
    looks_at_target: bool = False
    identity_providers: frozenset[IdentityProviderId] = frozenset()
