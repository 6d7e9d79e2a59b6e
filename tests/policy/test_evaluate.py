from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doorward.model.access import AccessRequest
from doorward.model.ids import ApplicationId, ServiceTokenId
from doorward.model.policy import Policy
from doorward.model.rule import Rules
from doorward.policy.evaluate import evaluate
from doorward.policy.reasons import Reason
from tests.policy.said import compiled, machine, nobody, person, policy, rule_group

STAFF = policy("allow", "group:staff", name="staff")
ALL = policy("allow", "everyone", name="all")
NO_EVE = policy("deny", "email:eve@evil.com", name="no-eve")
OFFICE = policy("bypass", "ip_range:192.0.2.0/24", name="office")
MACHINES = policy("service_auth", "service_token:ci", name="machines")


@pytest.mark.parametrize(
    ("policies", "request_", "by"),
    [
        ((STAFF,), person("ada@corp.com", "staff"), "staff"),
        ((STAFF,), person("ada@corp.com"), None),
        ((NO_EVE, ALL), person("ada@corp.com"), "all"),
        ((NO_EVE, ALL), person("eve@evil.com"), None),
        ((ALL, NO_EVE), person("eve@evil.com"), "all"),
        ((STAFF, ALL), person("ada@corp.com", "staff"), "staff"),
        ((ALL,), nobody(), None),
        ((ALL,), machine(), None),
        ((NO_EVE, OFFICE), person("eve@evil.com", source="192.0.2.1"), "office"),
        ((ALL, OFFICE), nobody("192.0.2.1"), "office"),
        ((ALL, OFFICE), nobody("192.0.3.1"), None),
        ((OFFICE, MACHINES), machine(source="192.0.2.1"), "office"),
        ((MACHINES, OFFICE), machine(source="192.0.2.1"), "machines"),
        ((MACHINES,), machine("robot"), None),
        ((MACHINES,), person(), None),
        ((MACHINES,), nobody(), None),
        ((policy("service_auth", "ip_range:10.0.0.0/8", name="inside"),), machine(), "inside"),
        ((policy("service_auth", "ip_range:10.0.0.0/8"),), nobody(), None),
        ((policy("service_auth", "ip_range:10.0.0.0/8"),), person(), None),
    ],
)
def test_the_first_policy_that_matches_decides(
    policies: tuple[Policy, ...], request_: AccessRequest, by: str | None
) -> None:
    decision = evaluate(compiled(*policies), request_)
    assert (decision.policy if decision.allowed else None) == by
    assert decision.allowed is (by is not None)


@pytest.mark.parametrize("request_", [person(), machine(), nobody()])
@pytest.mark.parametrize("policies", [(), (replace(ALL, rules=Rules()),)])
def test_without_rules_everybody_is_denied(policies: tuple[Policy, ...], request_: AccessRequest) -> None:
    assert not evaluate(compiled(*policies), request_).allowed


@given(st.sampled_from(["include", "require", "exclude"]), st.sampled_from(["odd", "rule_group:odd"]))
def test_an_unknown_selector_never_helps_to_allow(part: str, selector: str) -> None:
    rules = {"include": (), "require": (), "exclude": ()} | {part: (selector,)}
    include = rules["include"] or ("everyone",)
    odd = policy("allow", *include, require=rules["require"], exclude=rules["exclude"])
    decision = evaluate(compiled(odd, groups=[rule_group("odd", "odd")]), person())
    assert not decision.allowed
    assert Reason.UNKNOWN_SELECTOR in decision.reasons


def test_an_unknown_selector_beside_one_that_matches_does_no_harm() -> None:
    assert evaluate(compiled(policy("allow", "odd", "everyone")), person()).allowed


@pytest.mark.parametrize(
    "deny",
    [
        policy("deny", "odd"),
        policy("deny", "everyone", require=["odd"]),
        policy("deny", "everyone", exclude=["odd"]),
        policy("deny", "everyone", exclude=["rule_group:odd"]),
    ],
)
def test_a_deny_policy_whose_outcome_is_unknown_denies(deny: Policy) -> None:
    decision = evaluate(compiled(deny, ALL, groups=[rule_group("odd", "odd")]), person())
    assert (decision.policy, decision.reasons) == (
        deny.id,
        (Reason.DENIED_BY_POLICY, Reason.UNKNOWN_SELECTOR),
    )


def test_a_deny_policy_that_certainly_does_not_match_steps_aside_whatever_else_it_says() -> None:
    deny = policy("deny", "email:eve@evil.com", require=["odd"])
    assert evaluate(compiled(deny, ALL), person("ada@corp.com")).allowed


def test_a_group_narrowed_to_a_provider_is_not_the_group_of_that_name_elsewhere() -> None:
    made = compiled(policy("allow", "group:staff@entra"))
    assert evaluate(made, person("ada@corp.com", "staff", provider="entra")).allowed
    assert not evaluate(made, person("ada@corp.com", "staff", provider="people")).allowed


def test_who_comes_as_a_person_and_as_a_machine_at_once_is_neither() -> None:
    both = replace(person(), service_token=ServiceTokenId("ci"))
    assert not evaluate(compiled(MACHINES, ALL), both).allowed


def test_policies_do_not_decide_for_another_application() -> None:
    elsewhere = replace(person(), application=ApplicationId("other"))
    assert evaluate(compiled(ALL), elsewhere).reasons == (Reason.OTHER_APPLICATION,)


@pytest.mark.parametrize(
    ("policies", "request_", "reasons"),
    [
        ((), person(), "no-policies"),
        ((STAFF,), person(), "no-policy-matched not-included"),
        ((policy("allow", "everyone", require=["group:x"]),), person(), "no-policy-matched not-required"),
        (
            (policy("allow", "everyone", exclude=["email:ada@corp.com"]),),
            person(),
            "no-policy-matched excluded",
        ),
        (
            (policy("allow", "everyone", require=["ip_range:192.0.2.0/24"]),),
            person(),
            "no-policy-matched not-required wrong-network",
        ),
        (
            (policy("allow", "everyone", exclude=["ip_range:10.0.0.0/8"]),),
            person(),
            "no-policy-matched excluded wrong-network",
        ),
        (
            (policy("allow", "ip_range:192.0.2.0/24"),),
            person(),
            "no-policy-matched not-included wrong-network",
        ),
        ((policy("allow"),), person(), "no-policy-matched not-included"),
        (
            (STAFF, policy("allow", "everyone", require=["group:x"])),
            person(),
            "no-policy-matched not-included not-required",
        ),
        ((NO_EVE, ALL), person("eve@evil.com"), "denied-by-policy"),
        ((ALL,), nobody(), "no-policy-matched no-identity"),
        ((ALL, MACHINES), nobody(), "no-policy-matched no-identity service-token-required"),
        (
            (policy("allow", "everyone", require=["ip_range:192.0.2.0/24"]),),
            nobody(),
            "no-policy-matched no-identity not-required wrong-network",
        ),
        ((MACHINES,), machine("robot"), "no-policy-matched not-included"),
        ((OFFICE,), person(), "no-policy-matched"),
    ],
)
def test_a_denial_says_which_rule_types_failed(
    policies: tuple[Policy, ...], request_: AccessRequest, reasons: str
) -> None:
    decision = evaluate(compiled(*policies), request_)
    assert not decision.allowed
    assert " ".join(decision.reasons) == reasons
