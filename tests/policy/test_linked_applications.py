from __future__ import annotations

from dataclasses import replace

import pytest

from doorward.model.ids import ApplicationId
from doorward.model.policy import Policy
from doorward.policy.evaluate import evaluate
from doorward.policy.linked_applications import linked_to
from doorward.policy.reasons import Reason
from tests.policy.said import compiled, machine, nobody, person, policy, rule_group

WIKI = replace(nobody(), linked=ApplicationId("wiki"))
LINKED = policy("service_auth", "linked_app_token:wiki")


def test_what_a_service_auth_policy_includes_is_taken_in_rule_groups_too() -> None:
    groups = [rule_group("inner", "linked_app_token:mail", exclude=["linked_app_token:chat"])]
    made = compiled(policy("service_auth", "linked_app_token:wiki", "rule_group:inner"), groups=groups)
    assert {"wiki", "mail"} <= linked_to(made)
    assert linked_to(compiled(policy("service_auth", "any_service_token"))) == frozenset()


def test_a_linked_applications_token_is_let_in_by_the_policy_that_names_it() -> None:
    assert evaluate(compiled(LINKED), WIKI).allowed
    assert not evaluate(compiled(LINKED), replace(WIKI, linked=ApplicationId("mail"))).allowed
    assert not evaluate(compiled(LINKED), nobody()).allowed
    assert not evaluate(compiled(LINKED), person()).allowed
    assert not evaluate(compiled(LINKED), machine()).allowed


@pytest.mark.parametrize(
    "other",
    [
        policy("service_auth", "ip_range:10.0.0.0/8"),
        policy("service_auth", "any_service_token"),
        policy("service_auth", "ip_range:10.0.0.0/8", exclude=["linked_app_token:mail"]),
        policy("service_auth", "ip_range:10.0.0.0/8", "linked_app_token:mail"),
        policy("allow", "everyone"),
    ],
)
def test_policies_that_mean_service_tokens_or_people_do_not_let_it_in(other: Policy) -> None:
    assert not evaluate(compiled(other), WIKI).allowed


def test_requirements_of_its_policy_count() -> None:
    from_here = policy("service_auth", "linked_app_token:wiki", require=["ip_range:10.0.0.0/8"])
    assert evaluate(compiled(from_here), WIKI).allowed
    elsewhere = replace(nobody("192.0.2.1"), linked=ApplicationId("wiki"))
    decision = evaluate(compiled(from_here), elsewhere)
    assert not decision.allowed
    assert Reason.WRONG_NETWORK in decision.reasons


def test_who_comes_in_two_ways_at_once_comes_in_none() -> None:
    made = compiled(
        LINKED, policy("service_auth", "any_service_token", name="m"), policy("allow", "everyone")
    )
    for both in (
        replace(person(), linked=ApplicationId("wiki")),
        replace(machine(), linked=ApplicationId("wiki")),
        replace(person(), service_token=machine().service_token),
    ):
        assert not evaluate(made, both).allowed
