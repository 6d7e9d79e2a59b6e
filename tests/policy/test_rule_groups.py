from __future__ import annotations

import pytest

from doorward.model.errors import Invalid
from doorward.model.ids import RuleGroupId
from doorward.model.rule import RuleGroup, Rules, Selector
from doorward.policy.rule_groups import DEEPEST, resolve, selectors_in, size
from tests.policy.said import rule_group, said


def chain(length: int) -> list[tuple[str, str]]:
    """Groups ``g1`` (a leaf) to ``g<length>``, each holding the one before."""
    inner = [f"rule_group:g{number - 1}" for number in range(2, length + 1)]
    return list(zip((f"g{number}" for number in range(1, length + 1)), ["everyone", *inner], strict=True))


def test_groups_are_spelt_canonically() -> None:
    groups = resolve([rule_group("staff", "email:Ada@Corp.com", exclude=["ip_range:10.0.0.1"])])
    rules = groups[RuleGroupId("staff")].rules
    assert rules.include == said("email:ada@corp.com")
    assert rules.exclude == (Selector("ip_range", "10.0.0.1/32"),)


@pytest.mark.parametrize(
    ("groups", "field", "problem"),
    [
        ([rule_group("a", "email:ada")], "rule_groups[a].rules.include[0]", "not an email address"),
        ([rule_group("a"), rule_group("a")], "rule_groups[a]", "two rule groups"),
        (
            [rule_group("a", "everyone", exclude=["rule_group:b"])],
            "rule_groups[a].rules.exclude[0]",
            "no rule group 'b'",
        ),
        ([rule_group("a", "rule_group:a")], "rule_groups[a].rules", "a uses a"),
        (
            [rule_group("a", require=["rule_group:b"]), rule_group("b", "rule_group:a")],
            "rule_groups[a].rules",
            "a uses b uses a",
        ),
        (
            [rule_group("a", "rule_group:b@people")],
            "rule_groups[a].rules.include[0]",
            "no rule group 'b@people'",
        ),
    ],
)
def test_groups_that_cannot_be_resolved_are_refused(
    groups: list[RuleGroup], field: str, problem: str
) -> None:
    with pytest.raises(Invalid, match=problem) as refused:
        resolve(groups)
    assert refused.value.field == field


@pytest.mark.parametrize("order", [1, -1])
def test_groups_may_be_nested_so_deep_and_no_deeper(order: int) -> None:
    fine = [rule_group(name, inner) for name, inner in chain(DEEPEST)]
    assert len(resolve(fine[::order])) == DEEPEST
    with pytest.raises(Invalid, match="flatten"):
        resolve([rule_group(name, inner) for name, inner in chain(DEEPEST + 1)][::order])


def test_selectors_of_groups_are_found_each_group_once() -> None:
    groups = resolve(
        [rule_group("a", "rule_group:b", "email_domain:a.com"), rule_group("b", exclude=["group:x"])]
    )
    rules = Rules(include=said("rule_group:a", "rule_group:a"), require=said("rule_group:b", "everyone"))
    assert sorted(selector.kind for selector in selectors_in(rules, groups)) == [
        "email_domain",
        "everyone",
        "group",
    ]


def test_the_size_counts_a_group_each_time_it_is_used() -> None:
    groups = resolve(
        [rule_group("b", "everyone", "everyone"), rule_group("a", "rule_group:b", "rule_group:b")]
    )
    assert size(Rules(include=said("rule_group:a", "rule_group:a", "everyone")), groups) == 9
