from __future__ import annotations

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doorward.envoy.principals import all_of, among, any_of, principal_of, principals_of
from doorward.policy.expression import (
    ALWAYS,
    NEVER,
    ClaimContains,
    ClaimEquals,
    ClaimMatches,
    ClaimPresent,
    Expression,
    IssuedBefore,
    both,
    either,
    negation,
)
from tests.envoy.principals import conditions, expect_no_empty_matcher, written_out
from tests.policy.generated import Generator

ADA, BOB = ClaimEquals("email", "ada@corp.com"), ClaimEquals("email", "bob@corp.com")
STAFF, ADMINS = ClaimContains("groups", "staff"), ClaimContains("groups", "admins")
PEOPLE = ClaimEquals("idp", "people")


@pytest.mark.parametrize(
    ("expression", "written"),
    [
        (ALWAYS, "any"),
        (NEVER, "!any"),
        (ADA, "email is ada@corp.com"),
        (ClaimPresent("sid"), "sid is ~(?s).+"),
        (IssuedBefore(7), "iat before 7"),
        (negation(ADA), "!email is ada@corp.com"),
        (either((ADA, STAFF, BOB, ADMINS)), "(email is ada@corp.com/bob@corp.com | groups has staff/admins)"),
        (either((ADA, ClaimMatches("email", ".*x"))), "email is ada@corp.com/~.*x"),
        (both((negation(STAFF), PEOPLE, negation(ADMINS))), "idp is people & !groups has staff/admins"),
        (
            both((PEOPLE, negation(either((STAFF, ADA))))),
            "idp is people & !(email is ada@corp.com | groups has staff)",
        ),
        (either((both((STAFF, PEOPLE)), both((ADMINS, PEOPLE)))), "groups has staff/admins & idp is people"),
    ],
)
def test_an_expression_is_written_so_that_envoy_looks_a_claim_up_once(
    expression: Expression, written: str
) -> None:
    assert conditions(principal_of(expression)) == written


def test_one_of_one_and_all_of_one_are_that_one() -> None:
    only = principal_of(ADA)
    assert all_of([only]) == any_of([only]) == only


def test_conjuncts_stand_beside_each_other_however_they_were_put_together() -> None:
    inner = all_of(principals_of([ADA, PEOPLE]))
    assert conditions(all_of([principal_of(STAFF), inner])) == (
        "groups has staff & email is ada@corp.com & idp is people"
    )


@given(st.sets(st.text("ab0-", min_size=1, max_size=12), min_size=1, max_size=400))
def test_among_many_texts_each_is_found_and_no_other(values: set[str]) -> None:
    found = among("sid", values)
    assert written_out(found) == values
    expect_no_empty_matcher(found)


@given(st.randoms(use_true_random=False))
def test_no_policy_makes_an_empty_matcher(random: Random) -> None:
    for entry in Generator(random, unknown=0.1).rule_set("hello").compiled.policies:
        expect_no_empty_matcher(principal_of(entry.expression))
