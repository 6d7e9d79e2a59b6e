from __future__ import annotations

from itertools import pairwise

import pytest

from doorward.model.errors import Invalid
from doorward.policy.checks import LARGEST, MOST_POLICIES
from tests.policy.said import compiled, policy, rule_group

PERSONAL = ("email:ada@corp.com", "email_domain:corp.com", "group:staff", "identity_provider:people")


@pytest.mark.parametrize("selector", [*PERSONAL, "service_token:ci", "any_service_token"])
def test_bypass_asks_for_nothing_that_needs_an_identity(selector: str) -> None:
    with pytest.raises(Invalid, match="bypass asks nobody who they are") as refused:
        compiled(policy("bypass", "everyone", require=[selector]))
    assert refused.value.field == "applications[hello].policies[0].rules.require[0]"


@pytest.mark.parametrize("selector", [*PERSONAL, "everyone"])
def test_service_auth_admits_machines_only(selector: str) -> None:
    with pytest.raises(Invalid, match="service_auth admits machines only"):
        compiled(policy("service_auth", "any_service_token", exclude=[selector]))


@pytest.mark.parametrize("action", ["allow", "deny"])
@pytest.mark.parametrize("selector", ["service_token:ci", "any_service_token"])
def test_policies_about_people_do_not_look_at_machines(action: str, selector: str) -> None:
    with pytest.raises(Invalid, match="service_auth"):
        compiled(policy(action, "everyone", selector))


@pytest.mark.parametrize("action", ["allow", "deny", "bypass", "service_auth"])
def test_every_action_may_look_at_the_source(action: str) -> None:
    assert compiled(policy(action, "ip_range:10.0.0.0/8")).policies


def test_a_contradiction_inside_a_rule_group_is_found_where_the_group_is_used() -> None:
    groups = [rule_group("people", "email:ada@corp.com"), rule_group("all", "rule_group:people")]
    with pytest.raises(
        Invalid, match=r"email \(in rule group all\) does not go with action bypass"
    ) as refused:
        compiled(policy("allow", "everyone"), policy("bypass", "rule_group:all"), groups=groups)
    assert refused.value.field == "applications[hello].policies[1].rules.include[0]"


def test_two_policies_of_an_application_cannot_share_an_id() -> None:
    with pytest.raises(Invalid, match="each its own id") as refused:
        compiled(policy("allow", "everyone", name="p"), policy("deny", "everyone", name="p"))
    assert refused.value.field == "applications[hello].policies[1]"


def test_more_policies_than_the_edge_can_number_are_refused() -> None:
    many = [policy("allow", "everyone", name=f"p{number}") for number in range(MOST_POLICIES + 1)]
    assert len(compiled(*many[:-1]).policies) == MOST_POLICIES
    with pytest.raises(Invalid, match="holds 1001 policies: 1000 are allowed") as refused:
        compiled(*many)
    assert refused.value.field == "applications[hello].policies"


def test_rule_groups_that_multiply_each_other_are_refused_before_they_are_written_out() -> None:
    names = ["g1", "g2", "g3", "g4", "g5"]
    groups = [rule_group(names[0], *["everyone"] * 10)]
    groups += [rule_group(name, *[f"rule_group:{inner}"] * 10) for inner, name in pairwise(names)]
    with pytest.raises(Invalid, match=f"holds 100000 selectors: {LARGEST} are allowed"):
        compiled(policy("allow", "rule_group:g5"), groups=groups)
