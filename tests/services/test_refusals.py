from __future__ import annotations

from dataclasses import replace

import pytest

from doorward.model.application_options import DenyPage
from doorward.model.errors import Refused
from doorward.policy.decision import Decision
from doorward.policy.reasons import Reason
from doorward.services.questions import Deny, Kind, SendAway
from doorward.services.refusals import denied, facts_of, failed_rule, refusal, sentence_of
from tests.services.sample import application, ask


def test_a_denial_tells_the_person_and_the_log() -> None:
    decision = Decision.deny(Reason.NO_POLICY_MATCHED, Reason.NOT_INCLUDED)
    answer = denied(application("hello"), decision, ask(), person="bob@example.com", session="s1")
    assert isinstance(answer, Deny)
    assert (answer.status, answer.application, answer.failed_rule) == (403, "Hello", "include")
    assert answer.sentences == ("You are not on the list of those who may open this application.",)
    assert (answer.facts.person, answer.facts.session) == ("bob@example.com", "s1")
    assert answer.facts.reason == "no-policy-matched,not-included"


def test_only_somebody_at_a_page_is_sent_elsewhere_instead() -> None:
    elsewhere = replace(application("hello"), deny_page=DenyPage(redirect="https://help.example.com/"))
    decision = Decision.deny(Reason.NO_POLICY_MATCHED)
    sent = denied(elsewhere, decision, ask(), person="bob@example.com")
    assert isinstance(sent, SendAway)
    assert sent.location == "https://help.example.com/"
    assert isinstance(denied(elsewhere, decision, ask(headers={}), person="bob@example.com"), Deny)


@pytest.mark.parametrize(
    ("reasons", "word"),
    [
        ((Reason.NOT_REQUIRED, Reason.EXCLUDED), "exclude"),
        ((Reason.NO_POLICIES,), "no policy"),
        ((Reason.OTHER_APPLICATION,), ""),
    ],
)
def test_the_most_telling_rule_is_named(reasons: tuple[Reason, ...], word: str) -> None:
    assert failed_rule(Decision.deny(*reasons)) == word


def test_a_refusal_before_any_policy_names_no_policy() -> None:
    answer = refusal(401, "credentials-refused", sentence_of(Refused("the pass has ended")))
    assert list(answer.sentences) == ["The pass has ended."]
    assert (answer.facts.decision, answer.facts.policy) == (Kind.DENY, "")
    assert facts_of(Kind.DENY, Decision.deny()).reason == "no-policy-matched"
