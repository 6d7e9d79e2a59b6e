"""Rule groups: spelt canonically, checked, and looked into."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from types import MappingProxyType

from doorward.model.errors import Invalid
from doorward.model.ids import RuleGroupId
from doorward.model.rule import RuleGroup, Rules, Selector
from doorward.policy.selectors import RULE_GROUP, canonical

DEEPEST = 8
"""How many rule groups may be nested in each other. Envoy reads messages at most 100 levels deep,
and a level of rules takes six."""


def canonical_rules(rules: Rules, *, field: str) -> Rules:
    """``rules`` with every selector in canonical spelling. Raises Invalid (see ``canonical``)."""

    def spelt(selectors: Iterable[Selector], part: str) -> tuple[Selector, ...]:
        return tuple(
            canonical(selector, field=f"{field}.{part}[{index}]") for index, selector in enumerate(selectors)
        )

    return Rules(
        include=spelt(rules.include, "include"),
        require=spelt(rules.require, "require"),
        exclude=spelt(rules.exclude, "exclude"),
    )


def resolve(rule_groups: Iterable[RuleGroup]) -> Mapping[RuleGroupId, RuleGroup]:
    """The rule groups by id, in canonical spelling.

    Raises Invalid for an id used twice, a group that does not exist, groups that contain
    themselves, and groups nested deeper than ``DEEPEST``.
    """
    groups: dict[RuleGroupId, RuleGroup] = {}
    for group in rule_groups:
        field = f"rule_groups[{group.id}]"
        if group.id in groups:
            raise Invalid(field, "there are two rule groups with this id: give one another id")
        rules = canonical_rules(group.rules, field=f"{field}.rules")
        groups[group.id] = RuleGroup(id=group.id, rules=rules, name=group.name)
    finished: dict[RuleGroupId, int] = {}
    for group_id in groups:
        _depth(group_id, groups, path=(), finished=finished)
    return MappingProxyType(groups)


def _depth(
    group_id: RuleGroupId,
    groups: Mapping[RuleGroupId, RuleGroup],
    *,
    path: tuple[RuleGroupId, ...],
    finished: dict[RuleGroupId, int],
) -> int:
    field = f"rule_groups[{group_id}].rules"
    if group_id in path:
        circle = " uses ".join((*path[path.index(group_id) :], group_id))
        raise Invalid(field, f"rule groups go in a circle ({circle}): take one out")
    if len(path) >= DEEPEST:
        raise Invalid(field, f"rule groups are nested more than {DEEPEST} deep: flatten them")
    if group_id not in finished:
        check_groups_exist(groups[group_id].rules, groups, field=field)
        finished[group_id] = 1 + max(
            (
                _depth(inner, groups, path=(*path, group_id), finished=finished)
                for inner in _groups_in(groups[group_id].rules)
            ),
            default=0,
        )
    if len(path) + finished[group_id] > DEEPEST:
        raise Invalid(field, f"rule groups are nested more than {DEEPEST} deep: flatten them")
    return finished[group_id]


def check_groups_exist(rules: Rules, groups: Mapping[RuleGroupId, RuleGroup], *, field: str) -> None:
    """Raises Invalid where ``rules`` name a rule group that does not exist."""
    for part, selectors in parts(rules):
        for index, selector in enumerate(selectors):
            if selector.kind == RULE_GROUP and selector.value not in groups:
                raise Invalid(
                    f"{field}.{part}[{index}]",
                    f"there is no rule group {selector.value!r}: add it to rule_groups, "
                    f"or use one of {', '.join(sorted(groups)) or '(there are none)'}",
                )


def parts(rules: Rules) -> tuple[tuple[str, tuple[Selector, ...]], ...]:
    """The three rule types by name."""
    return (
        ("include", rules.include),
        ("require", rules.require),
        ("exclude", rules.exclude),
    )


def selectors_in(rules: Rules, groups: Mapping[RuleGroupId, RuleGroup]) -> Iterator[Selector]:
    """Every selector that ``rules`` look at, those of rule groups too; each group looked into once."""
    waiting, seen = [rules], set[RuleGroupId]()
    while waiting:
        for _, selectors in parts(waiting.pop()):
            for selector in selectors:
                if selector.kind != RULE_GROUP:
                    yield selector
                elif (group_id := RuleGroupId(selector.value)) not in seen:
                    seen.add(group_id)
                    waiting.append(groups[group_id].rules)


def wanted_in(rules: Rules, groups: Mapping[RuleGroupId, RuleGroup]) -> Iterator[Selector]:
    """The selectors that ``rules`` include or require, those of rule groups too; none that they exclude, or
    that a group excludes."""
    for selector in (*rules.include, *rules.require):
        if selector.kind != RULE_GROUP:
            yield selector
        elif RuleGroupId(selector.value) in groups:
            yield from wanted_in(groups[RuleGroupId(selector.value)].rules, groups)


def groups_in(
    rules: Iterable[Rules], groups: Mapping[RuleGroupId, RuleGroup]
) -> Mapping[RuleGroupId, RuleGroup]:
    """The rule groups that ``rules`` use, directly or through others; those that are missing left out."""
    waiting, found = list(rules), dict[RuleGroupId, RuleGroup]()
    while waiting:
        for group_id in _groups_in(waiting.pop()):
            if group_id in groups and group_id not in found:
                found[group_id] = groups[group_id]
                waiting.append(groups[group_id].rules)
    return MappingProxyType(dict(sorted(found.items())))


def size(rules: Rules, groups: Mapping[RuleGroupId, RuleGroup]) -> int:
    """How many selectors ``rules`` hold when every rule group is written out where it is used."""
    known: dict[RuleGroupId, int] = {}

    def of_rules(inner: Rules) -> int:
        return sum(of_selector(selector) for _, part in parts(inner) for selector in part)

    def of_selector(selector: Selector) -> int:
        if selector.kind != RULE_GROUP:
            return 1
        group_id = RuleGroupId(selector.value)
        if group_id not in known:
            known[group_id] = of_rules(groups[group_id].rules)
        return known[group_id]

    return of_rules(rules)


def _groups_in(rules: Rules) -> Iterator[RuleGroupId]:
    for _, selectors in parts(rules):
        for selector in selectors:
            if selector.kind == RULE_GROUP:
                yield RuleGroupId(selector.value)
