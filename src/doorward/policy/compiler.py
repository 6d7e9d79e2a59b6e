"""The compiler: an application's policies to expressions that the data plane can act on alone.

Rule: whatever a policy's expression is true of, ``evaluate`` allows: by that very policy, or by one before
it that the data plane cannot judge. The rest is for ``evaluate`` to decide.
``tests/live/test_fast_path_soundness.py`` holds the two together.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType

from doorward.model.application import Application
from doorward.model.claims import Mentioned
from doorward.model.configuration import Configuration
from doorward.model.errors import Invalid
from doorward.model.ids import ApplicationId, ListId, RuleGroupId
from doorward.model.named_list import NamedList
from doorward.model.policy import Action, Policy
from doorward.model.rule import RuleGroup, Selector
from doorward.policy import named_lists
from doorward.policy import rule_groups as groups_of
from doorward.policy.bounds import judged_name
from doorward.policy.checks import check_policy, check_policy_ids, check_providers, check_references
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
from doorward.policy.selectors import ABOUT_TARGET, EMAIL_LIST, GRANT, SELECTORS
from doorward.policy.selectors.kind import Judged

__all__ = [
    "CompiledApplication",
    "CompiledPolicy",
    "compile_application",
    "compile_configuration",
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


def compile_configuration(
    configuration: Configuration,
) -> Mapping[ApplicationId, CompiledApplication]:
    """Compile every application.

    Raises:
        Invalid: something contradicts itself or names what is not there, in an application, a
            shared policy or a rule group, used or not. ``field`` is a path such as
            ``applications[hello].policies[1].rules.include[0]``.
    """
    groups = groups_of.resolve(configuration.rule_groups)
    lists = named_lists.resolve(configuration.lists)
    for group in groups.values():
        check_references(configuration, group.rules, field=f"rule_groups[{group.id}].rules")
    _check_shared(configuration, groups)
    compiled: dict[ApplicationId, CompiledApplication] = {}
    for application in configuration.applications:
        check_providers(configuration, application)
        if application.id in compiled:
            raise Invalid(f"applications[{application.id}]", "there are two with this id: rename one")
        policies = _policies_of(configuration, application)
        for index, policy in enumerate(policies):
            field = f"{_field(application, index, policy)}.rules"
            check_references(configuration, policy.rules, field=field)
        compiled[application.id] = _compile(application, policies, groups, lists)
    return MappingProxyType(compiled)


def compile_application(
    application: Application,
    policies: Sequence[Policy],
    rule_groups: Iterable[RuleGroup],
    lists: Iterable[NamedList] = (),
) -> CompiledApplication:
    """Compile one application. ``policies`` are its policies in order, shared ones looked up.

    Raises:
        Invalid: as ``compile_configuration``, but what lies outside the arguments (identity
            providers, service tokens) is not looked for.
    """
    return _compile(application, policies, groups_of.resolve(rule_groups), named_lists.resolve(lists))


def _compile(
    application: Application,
    policies: Sequence[Policy],
    groups: Mapping[RuleGroupId, RuleGroup],
    lists: Mapping[ListId, NamedList],
) -> CompiledApplication:
    check_policy_ids(application, policies)
    spelt = [
        _spelt(policy, groups, field=_field(application, index, policy))
        for index, policy in enumerate(policies)
    ]
    ordered = sorted(spelt, key=lambda policy: policy.action not in _FIRST)
    selectors = [selector for policy in ordered for selector in groups_of.selectors_in(policy.rules, groups)]
    mentioned = _mentioned(selectors)
    judged = tuple(
        sorted({s for s in selectors if isinstance(SELECTORS.get(s.kind), Judged)}, key=judged_name)
    )
    return CompiledApplication(
        application=application.id,
        policies=tuple(_with_expressions(ordered, groups, lists, _taken(application))),
        rule_groups=groups,
        mentioned=mentioned,
        judged=judged,
        fingerprint=_fingerprint(mentioned, judged, lists),
        looks_at_target=any(s.kind in ABOUT_TARGET for s in selectors),
        unknown_kinds=frozenset(s.kind for s in selectors if s.kind not in SELECTORS),
        identity_providers=frozenset(application.identity_providers),
    )


def _taken(application: Application) -> Expression:
    """Whether the person signed in by an identity provider that the application takes."""
    if not application.identity_providers:
        return ALWAYS
    return either(ClaimEquals("idp", provider) for provider in application.identity_providers)


def _with_expressions(
    ordered: Sequence[Policy],
    groups: Mapping[RuleGroupId, RuleGroup],
    lists: Mapping[ListId, NamedList],
    taken: Expression,
) -> Iterator[CompiledPolicy]:
    """Pair each policy with its expression. A deny policy turns into a condition on all later ones."""
    not_denied: list[Expression] = []
    for position, policy in enumerate(ordered):
        between = rule_bounds(policy.rules, groups, lists, token=policy.action is not Action.BYPASS)
        expression: Expression = NEVER
        if policy.action is Action.DENY:
            not_denied.append(negation(between.possible))
        else:
            people = taken if policy.action is Action.ALLOW else ALWAYS
            expression = both((_WHO[policy.action], people, between.certain, *not_denied))
        yield CompiledPolicy(position=position, policy=policy, expression=expression)


def _spelt(policy: Policy, groups: Mapping[RuleGroupId, RuleGroup], *, field: str) -> Policy:
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


def _check_shared(configuration: Configuration, groups: Mapping[RuleGroupId, RuleGroup]) -> None:
    seen: set[str] = set()
    for policy in configuration.policies:
        field = f"policies[{policy.id}]"
        if policy.id in seen:
            raise Invalid(field, "there are two shared policies with this id: rename one")
        seen.add(policy.id)
        check_references(configuration, policy.rules, field=f"{field}.rules")
        _spelt(policy, groups, field=field)


def _policies_of(configuration: Configuration, application: Application) -> Sequence[Policy]:
    shared = configuration.shared_policies()
    for index, entry in enumerate(application.policies):
        if not isinstance(entry, Policy) and entry not in shared:
            known = ", ".join(sorted(shared)) or "(there are none)"
            raise Invalid(
                f"applications[{application.id}].policies[{index}]",
                f"there is no shared policy {entry!r}: use one of {known}",
            )
    return configuration.policies_of(application)


def _field(application: Application, index: int, policy: Policy) -> str:
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


def _fingerprint(mentioned: Mentioned, judged: Sequence[Selector], lists: Mapping[ListId, NamedList]) -> str:
    """Names the facts that a token must carry; the leading number counts changes to their form. What a
    token says of a list is about the list as it was: so its items are among the facts."""
    named = (ListId(selector.value) for selector in judged if selector.kind == EMAIL_LIST)
    on_lists = {name: lists[name].items for name in named if name in lists}
    facts = json.dumps(
        [
            4,
            sorted(mentioned.groups),
            sorted(mentioned.roles),
            sorted(mentioned.claims),
            sorted(mentioned.contexts),
            sorted(mentioned.methods),
            mentioned.upn,
            [judged_name(selector) for selector in judged],
            on_lists,
        ]
    )
    return hashlib.sha256(facts.encode()).hexdigest()[:12]
