"""Whom a certificate alone makes: a machine, where a policy looks at certificates."""

from __future__ import annotations

from dataclasses import replace

import pytest

from doorward.model.ids import ApplicationId
from doorward.model.policy import Policy
from doorward.policy.evaluate import evaluate
from doorward.policy.expression import NEVER
from doorward.policy.reasons import Reason
from tests.policy.said import compiled, machine, nobody, person, policy, rule_group
from tests.policy.selectors.certificates import shown

BUILD = shown("corp", names=("build-7",))
GROUPS = (
    rule_group("builds", "common_name:build-7"),
    rule_group("not-builds", "ip_range:10.0.0.0/8", exclude=["common_name:other"]),
)


@pytest.mark.parametrize(
    ("given", "allowed"),
    [
        (policy("service_auth", "certificate"), True),
        (policy("service_auth", "certificate:lab"), False),
        (policy("service_auth", "common_name:build-7", require=["certificate:corp"]), True),
        (policy("service_auth", "common_name:build-7", require=["certificate:lab"]), False),
        (policy("service_auth", "rule_group:builds"), True),
        (policy("service_auth", "ip_range:10.0.0.0/8", require=["certificate"]), True),
        (policy("service_auth", "ip_range:192.0.2.0/24", require=["certificate"]), False),
        (policy("service_auth", "common_name:build-7", exclude=["certificate:corp"]), False),
        (policy("service_auth", "common_name:build-7", exclude=["certificate:lab"]), True),
        (policy("bypass", "certificate"), True),
        (policy("allow", "certificate"), False),
        # These mean machines with a service token, whatever certificate anybody has besides.
        (policy("service_auth", "ip_range:10.0.0.0/8"), False),
        (policy("service_auth", "ip_range:10.0.0.0/8", "common_name:other"), False),
        (policy("service_auth", "ip_range:10.0.0.0/8", exclude=["common_name:other"]), False),
        (policy("service_auth", "rule_group:not-builds"), False),
        (policy("service_auth", "any_service_token", "ip_range:10.0.0.0/8"), False),
    ],
)
def test_a_certificate_alone_lets_in_where_a_policys_own_test_of_certificates_holds(
    given: Policy, *, allowed: bool
) -> None:
    application = compiled(given, groups=GROUPS)
    assert evaluate(application, BUILD).allowed is allowed
    assert not evaluate(application, nobody()).allowed
    assert application.policies[0].expression == NEVER or not allowed, "never by the edge alone"


def test_beside_another_proof_it_is_one_more_fact_and_no_second_machine() -> None:
    by_certificate = compiled(policy("service_auth", "certificate"))
    assert not evaluate(by_certificate, shown(by=person())).allowed
    assert evaluate(by_certificate, shown(by=machine("ci"))).allowed, "any machine with it"
    both = compiled(policy("service_auth", "service_token:ci", require=["certificate"]))
    assert evaluate(both, shown(by=machine("ci"))).allowed
    assert not evaluate(both, machine("ci")).allowed
    assert not evaluate(both, BUILD).allowed
    linked = replace(shown(), linked=ApplicationId("wiki"))
    assert not evaluate(by_certificate, linked).allowed


def test_a_person_needs_it_where_it_is_required() -> None:
    staff = compiled(policy("allow", "everyone", require=["certificate"]))
    assert evaluate(staff, shown(by=person())).reasons == (Reason.ALLOWED_BY_POLICY,)
    assert Reason.CERTIFICATE_REQUIRED in evaluate(staff, person()).reasons


def test_the_reasons_tell_certificates_from_service_tokens() -> None:
    application = compiled(policy("service_auth", "certificate"))
    assert evaluate(application, BUILD).reasons == (Reason.CERTIFICATE_ACCEPTED,)
    reasons = evaluate(application, nobody()).reasons
    assert Reason.CERTIFICATE_REQUIRED in reasons
    assert Reason.SERVICE_TOKEN_REQUIRED not in reasons
    either = compiled(policy("service_auth", "certificate", "service_token:ci"))
    wanted = set(evaluate(either, nobody()).reasons)
    assert {Reason.CERTIFICATE_REQUIRED, Reason.SERVICE_TOKEN_REQUIRED} <= wanted
    assert evaluate(either, shown(by=machine("ci"))).reasons == (Reason.SERVICE_TOKEN_ACCEPTED,)


def test_a_deny_policy_about_certificates_denies_who_shows_none() -> None:
    application = compiled(policy("deny", "common_name:bad"), policy("allow", "everyone"))
    refused = evaluate(application, person())
    assert refused.reasons == (Reason.DENIED_BY_POLICY, Reason.CERTIFICATE_REQUIRED)
    assert evaluate(application, shown(by=person(), names=("good",))).allowed
