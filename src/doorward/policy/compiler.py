"""The compiler: an application's policies to expressions that the data plane can act on alone.

Rule: whatever a policy's expression is true of, ``evaluate`` allows: by that very policy, or by one before
it that the data plane cannot judge. The rest is for ``evaluate`` to decide.
``tests/live/test_fast_path_soundness.py`` holds the two together.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from types import MappingProxyType

from doorward.model.application import Application
from doorward.model.claims import Mentioned
from doorward.model.external_evaluation import ExternalEvaluation
from doorward.model.ids import ExternalEvaluationId, ListId, RuleGroupId
from doorward.model.named_list import NamedList
from doorward.model.policy import Action, Policy
from doorward.model.rule import RuleGroup, Rules, Selector
from doorward.policy import named_lists
from doorward.policy import rule_groups as groups_of
from doorward.policy.bounds import judged_name
from doorward.policy.checks import check_policy, check_policy_ids
from doorward.policy.compiled import CompiledApplication, CompiledPolicy
from doorward.policy.expression import (
    ALWAYS,
    NEVER,
    ClaimEquals,
    ClaimPresent,
    Expression,
    both,
    either,
    negation,
)
from doorward.policy.rule_bounds import rule_bounds
from doorward.policy.selectors import (
    ABOUT_TARGET,
    EMAIL_LIST,
    EXTERNAL_EVALUATION,
    GRANT,
    IP_LIST,
    SELECTORS,
)
from doorward.policy.selectors.kind import Judged
from doorward.policy.versions import policies_version

__all__ = [
    "CompiledApplication",
    "CompiledPolicy",
    "Sources",
    "compile_application",
    "compile_sources",
    "field_of",
    "sources_of",
    "spelt_policy",
]

_WHO: Mapping[Action, Expression] = MappingProxyType(
    {
        Action.ALLOW: ClaimPresent("sid"),
        Action.DENY: ClaimPresent("sid"),
        Action.BYPASS: ALWAYS,
        Action.SERVICE_AUTH: ClaimPresent("service_token"),
    }
)
"""Whom each action looks at: people (their tokens name a session), all, machines."""

_FIRST = (Action.BYPASS, Action.SERVICE_AUTH)


def compile_application(
    application: Application,
    policies: Sequence[Policy],
    rule_groups: Iterable[RuleGroup],
    lists: Iterable[NamedList] = (),
) -> CompiledApplication:
    """Compile one application. ``policies`` are its policies in order, shared ones looked up.

    Raises:
        Invalid: as ``Compilation.of``, but what lies outside the arguments (identity
            providers, service tokens) is not looked for.
    """
    sources = sources_of(application, policies, groups_of.resolve(rule_groups), named_lists.resolve(lists))
    return compile_sources(sources)


@dataclass(frozen=True, slots=True)
class Sources:
    """All that an application's policies are compiled from, and nothing besides: equal sources compile to
    the same. ``groups``, ``lists`` and ``evaluations`` are those that the policies use, in canonical
    spelling."""

    application: Application
    policies: tuple[Policy, ...]
    groups: Mapping[RuleGroupId, RuleGroup]
    lists: Mapping[ListId, NamedList]
    evaluations: Mapping[ExternalEvaluationId, ExternalEvaluation] = field(default_factory=dict)


def sources_of(
    application: Application,
    policies: Sequence[Policy],
    groups: Mapping[RuleGroupId, RuleGroup],
    lists: Mapping[ListId, NamedList],
    evaluations: Mapping[ExternalEvaluationId, ExternalEvaluation] = MappingProxyType({}),
) -> Sources:
    """The sources of one application, out of all rule groups, lists and external evaluations there are."""
    reached = groups_of.groups_in((policy.rules for policy in policies), groups)
    rules = [*(policy.rules for policy in policies), *(group.rules for group in reached.values())]
    named = {ListId(name) for each in rules for name in _named_in(each, EMAIL_LIST, IP_LIST)}
    asked = {ExternalEvaluationId(name) for each in rules for name in _named_in(each, EXTERNAL_EVALUATION)}
    return Sources(
        application,
        tuple(policies),
        reached,
        {name: lists[name] for name in sorted(named & lists.keys())},
        {name: evaluations[name] for name in sorted(asked & evaluations.keys())},
    )


def _named_in(rules: Rules, *kinds: str) -> Iterator[str]:
    for _, selectors in groups_of.parts(rules):
        yield from (selector.value for selector in selectors if selector.kind in kinds)


def compile_sources(sources: Sources) -> CompiledApplication:
    """Compile one application. Raises Invalid as ``compile_application`` does."""
    application, groups, lists = sources.application, sources.groups, sources.lists
    check_policy_ids(application, sources.policies)
    spelt = [
        spelt_policy(policy, groups, field=field_of(application, index, policy))
        for index, policy in enumerate(sources.policies)
    ]
    ordered = sorted(spelt, key=lambda policy: policy.action not in _FIRST)
    selectors = [selector for policy in ordered for selector in groups_of.selectors_in(policy.rules, groups)]
    mentioned = replace(
        _mentioned(selectors),
        headers=application.origin.identity_headers,
        policy=any(policy.session_duration is not None for policy in ordered),
    )
    judged = tuple(
        sorted({s for s in selectors if isinstance(SELECTORS.get(s.kind), Judged)}, key=judged_name)
    )
    return CompiledApplication(
        application=application.id,
        policies=tuple(_with_expressions(ordered, groups, lists, _people(application, mentioned))),
        rule_groups=groups,
        mentioned=mentioned,
        judged=judged,
        fingerprint=_fingerprint(
            mentioned,
            judged,
            lists,
            evaluations=sources.evaluations,
            durations=_session_durations(application, ordered),
        ),
        version=policies_version(ordered, groups, application.identity_providers),
        looks_at_target=any(s.kind in ABOUT_TARGET for s in selectors),
        unknown_kinds=frozenset(s.kind for s in selectors if s.kind not in SELECTORS),
        identity_providers=frozenset(application.identity_providers),
    )


def _people(application: Application, mentioned: Mentioned) -> Expression:
    """What a person's token must be, whatever the policy: of an identity provider that the application
    takes, and with all that the origin is to be told."""
    taken = either(ClaimEquals("idp", provider) for provider in application.identity_providers)
    return both(
        (
            taken if application.identity_providers else ALWAYS,
            ClaimEquals("told", "all") if mentioned.headers else ALWAYS,
        )
    )


def _with_expressions(
    ordered: Sequence[Policy],
    groups: Mapping[RuleGroupId, RuleGroup],
    lists: Mapping[ListId, NamedList],
    people: Expression,
) -> Iterator[CompiledPolicy]:
    """Pair each policy with its expression. A deny policy turns into a condition on all later ones.

    Where policies differ in how long a session lasts, a token counts only under the policy that it was made
    under: its end is that one's.
    """
    not_denied: list[Expression] = []
    own_durations = any(policy.session_duration is not None for policy in ordered)
    for position, policy in enumerate(ordered):
        between = rule_bounds(policy.rules, groups, lists, token=policy.action is not Action.BYPASS)
        expression: Expression = NEVER
        if policy.action is Action.DENY:
            not_denied.append(negation(between.possible))
        else:
            who = [_WHO[policy.action]]
            if policy.action is Action.ALLOW:
                who += [people, ClaimEquals("policy", policy.id) if own_durations else ALWAYS]
            expression = both((*who, between.certain, *not_denied))
        yield CompiledPolicy(position=position, policy=policy, expression=expression)


def spelt_policy(policy: Policy, groups: Mapping[RuleGroupId, RuleGroup], *, field: str) -> Policy:
    """``policy`` in canonical spelling, checked. A purpose or an approval becomes one more thing that it
    requires."""
    rules = groups_of.canonical_rules(policy.rules, field=f"{field}.rules")
    groups_of.check_groups_exist(rules, groups, field=f"{field}.rules")
    spelt = replace(policy, rules=rules)
    check_policy(spelt, groups, field=field)
    if not policy.needs_grant:
        return spelt
    granted = Selector(GRANT, policy.id)
    return replace(spelt, rules=replace(rules, require=(*rules.require, granted)))


def field_of(application: Application, index: int, policy: Policy) -> str:
    """Where an administrator finds the policy: shared ones stand outside the application."""
    entries = application.policies
    if index < len(entries) and entries[index] == policy.id:
        return f"policies[{policy.id}]"
    return f"applications[{application.id}].policies[{index}]"


def _mentioned(selectors: Iterable[Selector]) -> Mentioned:
    values: dict[str, set[str]] = {}
    for selector in selectors:
        values.setdefault(selector.kind, set()).add(selector.value)
    pairs = (value.partition("=") for value in values.get("claim", ()))
    return Mentioned(
        groups=frozenset(values.get("group", ())),
        roles=frozenset(values.get("role", ())),
        claims=frozenset((name, wanted) for name, _, wanted in pairs),
        contexts=frozenset(values.get("auth_context", ())),
        methods=frozenset(values.get("authentication_method", ())),
        upn="upn" in values,
    )


def _session_durations(application: Application, policies: Sequence[Policy]) -> Mapping[str, float]:
    """In seconds, the application's under no name and those of policies under theirs: a token made under
    others may live too long."""
    durations: dict[str, timedelta | None] = {"": application.session_duration}
    durations |= {policy.id: policy.session_duration for policy in policies}
    return {name: found.total_seconds() for name, found in durations.items() if found is not None}


def _fingerprint(
    mentioned: Mentioned,
    judged: Sequence[Selector],
    lists: Mapping[ListId, NamedList],
    *,
    evaluations: Mapping[ExternalEvaluationId, ExternalEvaluation],
    durations: Mapping[str, float],
) -> str:
    """Names the facts that a token must carry; the leading number counts changes to their form. What a
    token says of a list is about the list as it was, and what an evaluator said was said by the one that
    was asked: so a list's items, and where and by whose keys an evaluator answers, are among the facts."""
    named = (ListId(selector.value) for selector in judged if selector.kind == EMAIL_LIST)
    on_lists = {name: lists[name].items for name in named if name in lists}
    asked = (ExternalEvaluationId(s.value) for s in judged if s.kind == EXTERNAL_EVALUATION)
    answering = {name: _answering(evaluations[name]) for name in asked if name in evaluations}
    facts = json.dumps(
        [
            5,
            sorted(mentioned.groups),
            sorted(mentioned.roles),
            sorted(mentioned.claims),
            sorted(mentioned.contexts),
            sorted(mentioned.methods),
            mentioned.upn,
            [judged_name(selector) for selector in judged],
            on_lists,
            answering,
            mentioned.headers,
            durations,
        ]
    )
    return hashlib.sha256(facts.encode()).hexdigest()[:12]


def _answering(evaluation: ExternalEvaluation) -> tuple[str, str, str]:
    return (evaluation.url, evaluation.keys_url, evaluation.ca)
