from __future__ import annotations

from doorward.model.ids import PolicyId
from doorward.model.policy import Action, Approval, Policy, Purpose
from doorward.model.rule import Rules


def test_a_policy_needs_a_grant_when_it_asks_for_a_reason_or_an_approval() -> None:
    def policy(purpose: Purpose | None = None, approval: Approval | None = None) -> Policy:
        rules = Rules()
        return Policy(id=PolicyId("p"), action=Action.ALLOW, rules=rules, purpose=purpose, approval=approval)

    assert not policy().needs_grant
    assert policy(Purpose()).needs_grant
    assert policy(approval=Approval(approvers=("boss@example.com",))).needs_grant
