from __future__ import annotations

from datetime import timedelta

import pytest

from doorward.sample.entra.conditional_access import Verdict, is_guarded, is_too_old, judge, outcome_of
from doorward.sample.entra.directory import SIGN_IN, ConditionalAccessPolicy, Outcome, PolicyState, Tenant
from doorward.sample.entra.seed import ADA, TENANT_ID, demo_directory
from tests.fakes.clock import START
from tests.fakes.entra import CALLBACK


def tenant() -> Tenant:
    return demo_directory(redirect_uri=CALLBACK).tenants[TENANT_ID]


@pytest.mark.parametrize(
    ("outcome", "passed", "verdict"),
    [
        (Outcome.SATISFIED, (), Verdict(("c1",), (), ())),
        (Outcome.MFA, (), Verdict((), ("c1",), ())),
        (Outcome.MFA, ("c1",), Verdict(("c1",), (), ())),
        (Outcome.BLOCK, ("c1",), Verdict((), (), ("c1",))),
    ],
)
def test_what_is_guarded_is_judged_by_its_outcome(
    outcome: Outcome, passed: tuple[str, ...], verdict: Verdict
) -> None:
    made = tenant()
    made.outcomes[ADA, "c1"] = outcome
    assert judge(made, made.users[ADA], ["c1"], passed) == verdict


@pytest.mark.parametrize("state", [PolicyState.DISABLED, PolicyState.REPORT_ONLY])
def test_a_policy_that_is_not_enabled_guards_nothing(state: PolicyState) -> None:
    made = tenant()
    made.policies[0].state = state
    made.outcomes[ADA, "c1"] = Outcome.BLOCK
    assert not is_guarded(made, "c1")
    assert outcome_of(made, made.users[ADA], "c1") is Outcome.SATISFIED


def test_every_sign_in_needs_no_context_to_be_judged() -> None:
    made = tenant()
    made.outcomes[ADA, SIGN_IN] = Outcome.BLOCK
    assert outcome_of(made, made.users[ADA], SIGN_IN) is Outcome.BLOCK


def test_the_shortest_frequency_of_enabled_policies_counts() -> None:
    made = tenant()
    assert not is_too_old(made, START, START + timedelta(days=89))
    made.policies += [
        ConditionalAccessPolicy("a", "Daily", sign_in_frequency_hours=24),
        ConditionalAccessPolicy("b", "Off", PolicyState.DISABLED, sign_in_frequency_hours=1),
    ]
    assert not is_too_old(made, START, START + timedelta(hours=23))
    assert is_too_old(made, START, START + timedelta(hours=24))
