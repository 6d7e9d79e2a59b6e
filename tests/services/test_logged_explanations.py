from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from doorward.audit.acts import ActName
from doorward.audit.entries import DecisionEntry
from doorward.model.configuration import Configuration
from doorward.model.errors import NotFound
from doorward.model.policy import Action
from doorward.model.rule import Selector
from doorward.services.logged_explanations import LoggedExplanation, explain_decision
from tests.fakes.clock import START, FakeRandomness
from tests.services.logged import HOUR, Log, version_of
from tests.services.sample import ADA, BOB, STAFF, application, configuration, policy
from tests.services.test_logged_requests import linking

SECOND = timedelta(seconds=1)
PRESENT = configuration()
SALES_ONLY = replace(
    PRESENT,
    applications=(
        application("hello", policy(Action.ALLOW, Selector("group", "sales", STAFF), name="sales-only")),
    ),
)


def explained(log: Log, request_id: str) -> LoggedExplanation:
    [entry] = [e for e in log.entries() if isinstance(e, DecisionEntry) and e.request_id == request_id]
    return explain_decision(entry, log.acts(), randomness=FakeRandomness())


def by(present: Configuration) -> str:
    return version_of(present, "hello")


def policies(found: LoggedExplanation) -> list[str]:
    return [entry.policy.id for entry in found.explanation.trace.policies]


def test_a_decision_is_judged_by_the_rules_and_the_facts_of_then() -> None:
    log = Log()
    log.rules(PRESENT, 1)
    ada = log.signs_in(ADA, "s1")
    asked = log.asks(
        ada,
        at=START + HOUR,
        allowed=True,
        policy="1/allow/engineers",
        policy_version=by(PRESENT),
        path="/wiki",
    )
    log.changes(replace(ada, identity=BOB), at=START + 2 * HOUR)
    log.rules(SALES_ONLY, 2, at=START + 2 * HOUR)
    later = log.asks(ada, at=START + 3 * HOUR, allowed=False, policy_version=by(SALES_ONLY))
    found = explained(log, asked)
    assert found.explanation.trace.decision.allowed
    assert policies(found) == ["machines", "engineers"]
    assert (found.configuration, found.since, found.exact, found.differs) == (1, START, True, "")
    assert found.policy_version == by(PRESENT)
    assert found.explanation.request.path == "/wiki"
    assert "session s1" in found.explanation.whose
    again = explained(log, later)
    assert (again.configuration, policies(again)) == (2, ["sales-only"])
    assert "The decision was another: deny" in again.differs, "Bob's facts, and sales may"


def test_an_edge_that_had_the_rules_before_is_explained_by_those() -> None:
    log = Log()
    log.rules(PRESENT, 1)
    ada = log.signs_in(ADA, "s1")
    log.rules(SALES_ONLY, 2, at=START + HOUR)
    asked = log.asks(
        ada, at=START + HOUR + SECOND, allowed=True, policy="1/allow/engineers", policy_version=by(PRESENT)
    )
    found = explained(log, asked)
    assert (found.configuration, found.exact, found.differs) == (1, True, "")


def test_rules_of_another_version_are_said_to_be_another() -> None:
    log = Log()
    log.rules(PRESENT, 1)
    asked = log.asks(log.signs_in(ADA, "s1"), at=START, allowed=False, policy_version="0123456789ab")
    found = explained(log, asked)
    assert (found.configuration, found.exact) == (1, False)
    assert found.differs.startswith("The decision was another: deny (no-policy-matched). Most likely it hung")


def test_another_policy_that_lets_in_is_a_difference_too() -> None:
    log = Log()
    log.rules(PRESENT, 1)
    asked = log.asks(log.signs_in(ADA, "s1"), at=START, allowed=True, policy="1/allow/others")
    assert "allow by others" in explained(log, asked).differs


def test_a_change_that_did_not_take_effect_was_never_in_force() -> None:
    log = Log()
    log.rules(PRESENT, 1)
    undone = log.rules(SALES_ONLY, 2, at=START + SECOND)
    asked = log.asks(None, at=START + HOUR, allowed=False, policy_version="-")
    log.act(ActName.NOT_DONE, START + HOUR, sequence=undone, act="configuration-changed", problem="late")
    found = explained(log, asked)
    assert (found.configuration, found.explanation.whose) == (1, "Nobody was asked who they are.")


def test_machines_and_linked_applications_are_named() -> None:
    log, linked = Log(), linking("shop")
    log.rules(linked, 1)
    asked = log.asks(log.signs_in(ADA, "s1"), at=START, allowed=True, policy="servers")
    assert explained(log, asked).explanation.whose == (
        "Asked by the server of shop on behalf of ada@example.com."
    )
    log = Log()
    log.rules(PRESENT, 1)
    asked = log.asks(None, at=START, allowed=True, policy="0/service_auth/machines", service_token="ci")
    found = explained(log, asked)
    assert (found.explanation.whose, found.differs) == ("Facts of that moment.", "")


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"application": "(doorward)", "decision": None}, "no application's policies were asked"),
        ({"reason": "credentials-refused"}, "no application's policies were asked"),
        ({"application": "gone"}, "there was no such application"),
        ({"source": None}, "does not say where it came from"),
    ],
)
def test_what_cannot_be_explained_says_why(fields: dict[str, Any], words: str) -> None:
    log = Log()
    log.rules(PRESENT, 1)
    asked = log.asks(None, at=START, allowed=False, **fields)
    with pytest.raises(NotFound, match=words):
        explained(log, asked)


def test_neither_can_somebody_whose_sign_in_or_rules_are_not_in_the_log() -> None:
    log, elsewhere = Log(), Log()
    ada = elsewhere.signs_in(ADA, "s1")
    early = log.asks(ada, at=START - HOUR, allowed=True)
    log.rules(PRESENT, 1)
    asked = log.asks(ada, at=START, allowed=True)
    with pytest.raises(NotFound, match="does not hold the rules"):
        explained(log, early)
    with pytest.raises(NotFound, match="the sign-in that said who asked is not in the audit log"):
        explained(log, asked)
