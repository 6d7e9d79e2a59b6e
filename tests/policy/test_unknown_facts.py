"""A fact that nobody knows never helps to let anybody in."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from doorward.model.fact import Fact
from doorward.model.policy import Policy
from doorward.policy.evaluate import evaluate
from tests.fakes.clock import START
from tests.policy.said import compiled, person, policy

ALLOW_ALL = policy("allow", "everyone")
NOBODY_KNOWS = replace(person(), at=START)
EXPIRED = replace(person(), at=START, facts={"disk": Fact(value="pass", expires=START)})
KNOWN = Fact(value="fail", expires=START + timedelta(minutes=1))
BAD = replace(person(), at=START, facts={"disk": KNOWN, "risk": KNOWN})


@pytest.mark.parametrize("selector", ["posture:disk", "posture:disk=fail", "risk:none", "risk:high"])
@pytest.mark.parametrize("unknown", [NOBODY_KNOWS, EXPIRED], ids=["unreported", "expired"])
def test_an_unknown_fact_fails_include_require_and_exclude_and_makes_a_deny_policy_deny(
    selector: str, unknown: object
) -> None:
    rules: list[tuple[Policy, ...]] = [
        (policy("allow", selector),),
        (policy("allow", "everyone", require=[selector]),),
        (policy("allow", "everyone", exclude=[selector]),),
        (policy("deny", selector), ALLOW_ALL),
        (policy("deny", "everyone", require=[selector]), ALLOW_ALL),
        (policy("deny", "everyone", exclude=[selector]), ALLOW_ALL),
    ]
    request = NOBODY_KNOWS if unknown is NOBODY_KNOWS else EXPIRED
    assert not any(evaluate(compiled(*policies), request).allowed for policies in rules)


def test_a_known_one_counts_both_ways() -> None:
    assert not evaluate(compiled(policy("allow", "everyone", require=["posture:disk"])), BAD).allowed
    assert evaluate(compiled(policy("allow", "everyone", exclude=["posture:disk"])), BAD).allowed
