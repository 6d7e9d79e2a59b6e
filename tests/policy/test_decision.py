from __future__ import annotations

import pytest

from doorward.model.ids import PolicyId
from doorward.model.policy import Action
from doorward.policy.decision import Decision
from doorward.policy.reasons import Reason
from tests.policy.said import policy


@pytest.mark.parametrize(
    ("action", "reason"),
    [
        ("allow", Reason.ALLOWED_BY_POLICY),
        ("bypass", Reason.BYPASSED),
        ("service_auth", Reason.SERVICE_TOKEN_ACCEPTED),
    ],
)
def test_an_allowing_policy_gives_its_reason(action: str, reason: Reason) -> None:
    decision = Decision.allow(policy(action, name="p"))
    assert decision == Decision(allowed=True, policy=PolicyId("p"), action=Action(action), reasons=(reason,))


def test_a_deny_policy_cannot_allow() -> None:
    with pytest.raises(KeyError):
        Decision.allow(policy("deny"))


def test_a_denial_by_a_policy_names_it() -> None:
    decision = Decision.deny_by(policy("deny", name="never"), Reason.UNKNOWN_SELECTOR)
    assert (decision.allowed, decision.policy) == (False, PolicyId("never"))
    assert decision.reasons == (Reason.DENIED_BY_POLICY, Reason.UNKNOWN_SELECTOR)


def test_a_denial_without_particulars_says_that_no_policy_matched() -> None:
    assert Decision.deny().reasons == (Reason.NO_POLICY_MATCHED,)


@pytest.mark.parametrize(
    ("allowed", "named", "action", "reasons"),
    [
        (True, None, None, (Reason.ALLOWED_BY_POLICY,)),
        (True, "p", Action.DENY, (Reason.ALLOWED_BY_POLICY,)),
        (False, "p", Action.ALLOW, (Reason.NO_POLICY_MATCHED,)),
        (False, "p", None, (Reason.NO_POLICY_MATCHED,)),
        (False, None, None, ()),
    ],
)
def test_a_decision_that_contradicts_itself_cannot_be_made(
    *, allowed: bool, named: str | None, action: Action | None, reasons: tuple[Reason, ...]
) -> None:
    with pytest.raises(ValueError, match=r"."):
        Decision(allowed=allowed, policy=PolicyId(named) if named else None, action=action, reasons=reasons)
