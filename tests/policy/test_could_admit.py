from __future__ import annotations

from dataclasses import replace
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doorward.model.access import Identity
from doorward.model.ids import IdentityProviderId
from doorward.model.policy import Policy
from doorward.policy.could_admit import could_admit
from doorward.policy.evaluate import evaluate
from tests.policy.generated import Generator
from tests.policy.said import HELLO, compiled, nobody, person, policy, rule_group

ADA, OTHERS = "email:ada@corp.com", "email:bob@corp.com"


@pytest.mark.parametrize(
    ("policies", "admitted"),
    [
        ((), False),
        ((policy("allow", ADA),), True),
        ((policy("allow", OTHERS),), False),
        ((policy("allow", "everyone"),), True),
        ((policy("allow", "email_domain:corp.com"),), True),
        ((policy("allow", "email_domain:evil.com"),), False),
        ((policy("allow", "identity_provider:mail"),), True),
        ((policy("allow", "identity_provider:people"),), False),
        ((policy("allow", "rule_group:ada"),), True),
        ((policy("allow", "rule_group:bob"),), False),
        ((policy("allow", ADA, exclude=[ADA]),), False),
        ((policy("allow", "everyone", require=[OTHERS]),), False),
        ((policy("deny", ADA), policy("allow", "everyone")), False),
        ((policy("allow", "everyone"), policy("deny", ADA)), True),
        ((policy("deny", OTHERS), policy("allow", "everyone")), True),
        ((policy("bypass", "everyone"),), False),
        ((policy("service_auth", "any_service_token"),), False),
    ],
)
def test_what_address_and_provider_tell_is_decided(policies: tuple[Policy, ...], *, admitted: bool) -> None:
    made = compiled(*policies, groups=[rule_group("ada", ADA), rule_group("bob", OTHERS)])
    assert could_admit(made, person(provider="mail")) is admitted


@pytest.mark.parametrize("unknown", ["ip_range:192.0.2.0/24", "group:staff", "moon_phase:full"])
def test_what_they_do_not_tell_may_be_so_or_not(unknown: str) -> None:
    asking = person(provider="mail")
    assert could_admit(compiled(policy("allow", unknown)), asking)
    assert could_admit(compiled(policy("allow", ADA, exclude=[unknown])), asking)
    assert could_admit(compiled(policy("deny", unknown), policy("allow", ADA)), asking)
    assert not could_admit(compiled(policy("allow", unknown, require=[OTHERS])), asking)


def test_an_application_that_takes_other_providers_only_admits_nobody() -> None:
    made = replace(
        compiled(policy("allow", "everyone")), identity_providers=frozenset({IdentityProviderId("people")})
    )
    assert not could_admit(made, person(provider="mail"))
    assert could_admit(made, person(provider="people"))


def test_nobody_is_not_admitted() -> None:
    assert not could_admit(compiled(policy("allow", "everyone")), nobody())


@given(st.randoms(use_true_random=False))
def test_nobody_whom_a_policy_lets_in_is_left_without_a_mail(random: Random) -> None:
    generator = Generator(random)
    made = generator.rule_set("hello").compiled
    for _ in range(5):
        request = generator.request(HELLO)
        if request.identity is None or not evaluate(made, request).allowed:
            continue
        known = request.identity
        asking = Identity(identity_provider=known.identity_provider, subject="", email=known.email)
        anonymous = replace(request, identity=None)
        if not evaluate(made, anonymous).allowed:  # a bypass needs no mail
            assert could_admit(made, replace(request, identity=asking))
