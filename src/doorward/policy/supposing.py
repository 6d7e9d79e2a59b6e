"""Policies as they are for somebody whose client certificate is not to be seen yet.

A certificate belongs to a connection with the application's own hostname. Where people sign in it is not
known, and who would be let in with one that fits is sent on: the decision is made at the application.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from doorward.model.ids import RuleGroupId
from doorward.model.policy import Action
from doorward.model.rule import RuleGroup, Rules, Selector
from doorward.policy.compiled import CompiledApplication, CompiledPolicy
from doorward.policy.rule_groups import selectors_in
from doorward.policy.selectors import CERTIFICATE_KINDS, RULE_GROUP

_EVERYONE = Selector("everyone", "")


def supposing_certificates(compiled: CompiledApplication) -> CompiledApplication:
    """The application as if every rule about certificates turned out as the person would wish. Not for the
    decision who gets in."""
    if not any(_looks_at_certificates(entry, compiled) for entry in compiled.policies):
        return compiled
    groups: dict[RuleGroupId, RuleGroup] = dict(compiled.rule_groups)
    for group in compiled.rule_groups.values():
        for wish in (True, False):
            supposed = _supposed(group.rules, wish=wish)
            groups[_named(group.id, wish=wish)] = replace(group, rules=supposed)
    return replace(
        compiled,
        policies=tuple(_policy(entry) for entry in compiled.policies),
        rule_groups=groups,
    )


def _looks_at_certificates(entry: CompiledPolicy, compiled: CompiledApplication) -> bool:
    found: Mapping[RuleGroupId, RuleGroup] = compiled.rule_groups
    return any(each.kind in CERTIFICATE_KINDS for each in selectors_in(entry.policy.rules, found))


def _policy(entry: CompiledPolicy) -> CompiledPolicy:
    wish = entry.policy.action is not Action.DENY
    return replace(entry, policy=replace(entry.policy, rules=_supposed(entry.policy.rules, wish=wish)))


def _supposed(rules: Rules, *, wish: bool) -> Rules:
    """``rules`` with what they say of certificates turned out so that they match, if that is the ``wish``, or
    so that they do not."""
    include = _part(rules.include, wish=wish)
    require = _part(rules.require, wish=wish)
    exclude = _part(rules.exclude, wish=not wish)
    if wish:
        return Rules(
            include=(*include, *([_EVERYONE] if _any(rules.include) else [])),
            require=require,
            exclude=exclude,
        )
    fails = [_EVERYONE] if _any(rules.require) or _any(rules.exclude) else []
    return Rules(include=include, require=require, exclude=(*exclude, *fails))


def _part(selectors: tuple[Selector, ...], *, wish: bool) -> tuple[Selector, ...]:
    """The selectors without those that look at certificates, and with rule groups after the same ``wish``."""
    return tuple(
        Selector(RULE_GROUP, _named(RuleGroupId(each.value), wish=wish)) if each.kind == RULE_GROUP else each
        for each in selectors
        if each.kind not in CERTIFICATE_KINDS
    )


def _any(selectors: tuple[Selector, ...]) -> bool:
    return any(each.kind in CERTIFICATE_KINDS for each in selectors)


def _named(group: RuleGroupId, *, wish: bool) -> RuleGroupId:
    """No id of a rule group that people write has a blank."""
    return RuleGroupId(f"{group} {'as wished' if wish else 'against'}")
