from __future__ import annotations

from random import Random

import pytest

from doorward.model.access import AccessRequest
from doorward.model.ids import RuleGroupId
from doorward.model.rule import Selector
from doorward.policy.evaluate import evaluate
from doorward.policy.match import Match
from doorward.policy.trace import trace
from tests.policy.generated import Generator
from tests.policy.said import compiled, machine, nobody, person, policy, rule_group

STAFF = compiled(
    policy("deny", "email:eve@corp.com", name="no-eve"),
    policy("allow", "rule_group:staff", require=["ip_range:10.0.0.0/8"], exclude=["odd"], name="staff"),
    policy("allow", "everyone", name="all"),
    groups=[rule_group("staff", "group:staff", "email:ada@corp.com")],
)


def test_every_policy_and_every_selector_is_in_the_tree_with_its_outcome() -> None:
    found = trace(STAFF, person("ada@corp.com"))
    no_eve, staff, everyone = found.policies
    assert [selector.match for selector in no_eve.rules.include] == [Match.NO]
    assert [selector.match for selector in staff.rules.include] == [Match.YES]
    assert [selector.match for selector in staff.rules.require] == [Match.YES]
    assert [selector.match for selector in staff.rules.exclude] == [Match.UNKNOWN]
    assert staff.rules.judgement.match is Match.UNKNOWN
    assert everyone.decided
    assert [entry.decided for entry in found.policies].count(True) == 1


def test_a_rule_group_is_opened() -> None:
    staff = trace(STAFF, person("ada@corp.com")).policies[1].rules.include[0]
    assert staff.selector == Selector("rule_group", RuleGroupId("staff"))
    assert staff.inner is not None
    assert [selector.match for selector in staff.inner.include] == [Match.NO, Match.YES]


@pytest.mark.parametrize("asked", [nobody(), machine()])
def test_policies_that_do_not_concern_who_asks_say_so(asked: AccessRequest) -> None:
    found = trace(STAFF, asked)
    assert [entry.looked_at for entry in found.policies] == [False, False, False]
    assert not found.decision.allowed


def test_the_decision_is_the_evaluators_and_the_tree_agrees_with_it() -> None:
    generator = Generator(Random(7))
    for number in range(200):
        rule_set = generator.rule_set(f"app-{number}")
        for _ in range(5):
            request = generator.request(rule_set.application.id)
            found = trace(rule_set.compiled, request)
            assert found.decision == evaluate(rule_set.compiled, request)
            concerned = [entry for entry in found.policies if entry.looked_at]
            first = next((e for e in concerned if e.rules.judgement.match is Match.YES), None)
            if found.decision.allowed:
                assert first is not None
                assert first.decided
