from __future__ import annotations

from dataclasses import replace
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doorward.model.ids import ApplicationId
from doorward.model.policy import Policy
from doorward.policy.evaluate import evaluate
from doorward.policy.unidentified import needs_identity
from tests.policy.generated import Generator
from tests.policy.said import HELLO, compiled, nobody, person, policy, rule_group

OFFICE = "ip_range:10.0.0.0/8"
ELSEWHERE = "ip_range:192.0.2.0/24"


@pytest.mark.parametrize(
    ("policies", "needed"),
    [
        ((), False),
        ((policy("allow", "everyone"),), True),
        ((policy("allow", "group:staff"),), True),
        ((policy("allow", "rule_group:both"),), True),
        ((policy("allow"),), False),
        ((policy("allow", "everyone", require=[OFFICE]),), True),
        ((policy("allow", "everyone", require=[ELSEWHERE]),), False),
        ((policy("allow", "everyone", exclude=[OFFICE]),), False),
        ((policy("allow", "everyone", exclude=["group:out"]),), True),
        ((policy("deny", OFFICE), policy("allow", "everyone")), False),
        ((policy("deny", ELSEWHERE), policy("allow", "everyone")), True),
        ((policy("deny", "email:eve@evil.com"), policy("allow", "everyone")), True),
        ((policy("deny", "everyone"), policy("allow", "everyone")), False),
        ((policy("service_auth", "any_service_token"),), False),
        ((policy("bypass", ELSEWHERE),), False),
    ],
)
def test_sign_in_is_offered_only_where_some_person_could_get_in_from_here(
    policies: tuple[Policy, ...], *, needed: bool
) -> None:
    made = compiled(*policies, groups=[rule_group("both", "group:staff", require=[OFFICE])])
    assert needs_identity(made, nobody("10.0.0.1")) is needed


def test_somebody_who_is_signed_in_already_need_not_sign_in() -> None:
    assert not needs_identity(compiled(policy("allow", "group:staff")), person())


def test_policies_of_another_application_say_nothing() -> None:
    request = replace(nobody(), application=ApplicationId("other"))
    assert not needs_identity(compiled(policy("allow", "everyone")), request)


@given(st.randoms(use_true_random=False))
def test_nobody_who_could_get_in_by_signing_in_is_turned_away(random: Random) -> None:
    generator = Generator(random)
    made = generator.rule_set("hello").compiled
    for _ in range(5):
        request = generator.request(HELLO)
        before = replace(request, identity=None, service_token=None)
        gains = evaluate(made, request).allowed and not evaluate(made, before).allowed
        if request.identity is not None and gains:
            assert needs_identity(made, before)
