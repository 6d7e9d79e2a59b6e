from __future__ import annotations

from doorward.policy.mentions import mentions_fact, mentions_facts
from tests.policy.said import compiled, policy, rule_group


def test_facts_are_looked_at_where_a_rule_or_a_rule_group_does() -> None:
    plain = compiled(policy("allow", "everyone"))
    assert not mentions_facts(plain)
    assert not mentions_fact(plain, "risk")
    ours = compiled(
        policy("allow", "everyone", require=["rule_group:g"]), groups=[rule_group("g", "posture:disk")]
    )
    assert mentions_facts(ours)
    assert mentions_fact(ours, "disk")
    assert not mentions_fact(ours, "risk")
    risky = compiled(policy("deny", "risk:high"))
    assert mentions_facts(risky)
    assert mentions_fact(risky, "risk")
    assert not mentions_fact(risky, "disk")
