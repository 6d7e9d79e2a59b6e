from __future__ import annotations

import pytest

from doorward.policy.decision import Decision
from doorward.policy.evaluate import evaluate
from doorward.policy.explain import SENTENCES, sentences, summary
from doorward.policy.reasons import Reason
from tests.policy.said import compiled, person, policy


@pytest.mark.parametrize("reason", Reason)
def test_every_reason_has_a_sentence_of_its_own(reason: Reason) -> None:
    assert SENTENCES[reason].endswith(".")
    assert list(SENTENCES.values()).count(SENTENCES[reason]) == 1


def test_the_particular_reasons_are_told_and_the_general_one_is_not() -> None:
    decision = Decision.deny(Reason.NO_POLICY_MATCHED, Reason.NOT_INCLUDED, Reason.WRONG_NETWORK)
    assert sentences(decision) == (
        "You are not on the list of those who may open this application.",
        "It cannot be opened from the network you are on now.",
    )


def test_the_general_reason_is_told_when_it_is_all_there_is() -> None:
    assert sentences(Decision.deny()) == ("None of this application's rules lets you in.",)


def test_nothing_of_the_rules_content_is_told() -> None:
    made = compiled(
        policy("deny", "email:bob@corp.com", name="d"),
        policy("allow", "email:bob@corp.com", "group:board", require=["ip_range:192.0.2.0/24"]),
    )
    told = " ".join(sentences(evaluate(made, person("ada@corp.com"))))
    assert not any(secret in told for secret in ("bob", "board", "192.0.2"))


def test_the_summary_names_verdict_policy_action_and_reasons() -> None:
    assert summary(Decision.allow(policy("allow", name="staff"))) == (
        "allowed by staff (allow): allowed-by-policy"
    )
    assert summary(Decision.deny(Reason.NO_POLICIES)) == "denied: no-policies"
