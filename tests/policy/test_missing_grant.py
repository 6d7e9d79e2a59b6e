from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from doorward.model.errors import Invalid
from doorward.model.ids import PolicyId
from doorward.model.policy import Approval, Policy, Purpose
from doorward.policy.evaluate import evaluate
from doorward.policy.missing_grant import missing_grant
from tests.fakes.clock import START
from tests.policy.said import compiled, machine, nobody, person, policy

ASKING = replace(policy("allow", "group:staff", name="production"), purpose=Purpose())
APPROVED = replace(
    policy("allow", "group:staff", name="root"), approval=Approval(approvers=("boss@corp.com",))
)
STAFF = replace(person("ada@corp.com", "staff"), at=START)


def test_a_policy_that_asks_for_a_reason_lets_nobody_in_without_one() -> None:
    made = compiled(ASKING)
    assert not evaluate(made, STAFF).allowed
    found = missing_grant(made, STAFF)
    assert found is not None
    assert (found.id, found.purpose) == ("production", Purpose())


def test_with_the_grant_they_are_in_and_nothing_is_missing() -> None:
    made = compiled(ASKING)
    given = replace(STAFF, grants={PolicyId("production"): START + timedelta(minutes=5)})
    assert evaluate(made, given).allowed
    assert missing_grant(made, given) is None


def test_an_ended_grant_is_missing_again() -> None:
    ended = replace(STAFF, grants={PolicyId("production"): START})
    assert not evaluate(compiled(ASKING), ended).allowed
    assert missing_grant(compiled(ASKING), ended) is not None


def test_the_first_policy_that_would_do_is_asked_about() -> None:
    found = missing_grant(compiled(APPROVED, ASKING), STAFF)
    assert found is not None
    assert found.id == "root"


@pytest.mark.parametrize(
    "policies",
    [
        (ASKING, policy("allow", "everyone")),
        (policy("deny", "everyone"), ASKING),
        (policy("allow", "group:board"),),
    ],
)
def test_nobody_is_asked_where_it_would_change_nothing(policies: tuple[Policy, ...]) -> None:
    assert missing_grant(compiled(*policies), STAFF) is None


def test_only_people_are_asked_and_only_those_whom_the_rest_of_the_rules_admits() -> None:
    for request in (nobody(), machine(), person("eve@corp.com", "sales")):
        assert missing_grant(compiled(ASKING), request) is None


@pytest.mark.parametrize(
    ("made", "field"),
    [
        (replace(policy("deny", "everyone"), purpose=Purpose()), "purpose: goes with action allow only"),
        (
            replace(policy("bypass", "everyone"), approval=Approval(approvers=("a@corp.com",))),
            "approval: goes with action allow only",
        ),
        (replace(policy("allow", "everyone"), approval=Approval()), r"approval\.approvers: is empty"),
        (
            replace(policy("allow", "everyone"), approval=Approval(approvers=("a@corp.com",), needed=2)),
            "2 must say yes, and only 1 may",
        ),
        (
            replace(policy("allow", "everyone"), approval=Approval(approvers=("a@corp.com",), needed=0)),
            "0 is out of range",
        ),
        (
            replace(
                policy("allow", "everyone"),
                approval=Approval(approvers=("a@corp.com",), longest=timedelta(days=8)),
            ),
            "use 1m to 7d",
        ),
    ],
)
def test_what_could_never_work_is_refused(made: Policy, field: str) -> None:
    with pytest.raises(Invalid, match=field):
        compiled(made)
