from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from doorward.model.access import AccessRequest
from doorward.model.errors import Invalid
from doorward.model.external_evaluation import Evaluated
from doorward.model.ids import ExternalEvaluationId
from doorward.model.rule import Selector
from doorward.policy.match import Match
from doorward.policy.selectors import external_evaluation
from tests.fakes.clock import START
from tests.policy.said import machine, person

CHECKS = Selector("external_evaluation", "checks")
SOON = START + timedelta(minutes=5)


def told(success: bool) -> AccessRequest:  # noqa: FBT001 - it is what was said
    said = {ExternalEvaluationId("checks"): Evaluated(success=success, until=SOON)}
    return replace(person(), at=START, evaluations=said)


def test_it_is_named_by_its_id() -> None:
    assert external_evaluation.parse("checks", "f") == "checks"
    with pytest.raises(Invalid, match="is not a name"):
        external_evaluation.parse("https://checks.example.com", "f")


def test_what_the_evaluator_said_is_the_outcome_of_people_and_machines() -> None:
    assert external_evaluation.matches(CHECKS, told(True)) is Match.YES
    assert external_evaluation.matches(CHECKS, told(False)) is Match.NO
    of_machine = replace(machine(), at=START, evaluations=told(True).evaluations)
    assert external_evaluation.matches(CHECKS, of_machine) is Match.YES


def test_what_was_not_asked_or_said_long_ago_is_unknown() -> None:
    for request in (person(), replace(told(True), at=SOON), replace(told(True), at=None)):
        assert external_evaluation.matches(CHECKS, request) is Match.UNKNOWN
    other = Selector("external_evaluation", "other")
    assert external_evaluation.matches(other, told(True)) is Match.UNKNOWN


def test_the_outcome_holds_as_long_as_the_answer() -> None:
    assert external_evaluation.until(CHECKS, told(False)) == SOON
    assert external_evaluation.until(CHECKS, person()) is None
