from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from doorward.model.errors import Invalid
from doorward.model.external_evaluation import ExternalEvaluation
from doorward.model.ids import ExternalEvaluationId
from doorward.policy.external_evaluations import resolve

CHECKS = ExternalEvaluation(id=ExternalEvaluationId("checks"), url="https://c/e", keys_url="https://c/k")


def test_they_are_found_by_their_id() -> None:
    other = replace(CHECKS, id=ExternalEvaluationId("other"))
    assert resolve([CHECKS, other]) == {"checks": CHECKS, "other": other}


def test_two_cannot_share_an_id() -> None:
    with pytest.raises(Invalid, match="there are two"):
        resolve([CHECKS, CHECKS])


@pytest.mark.parametrize("seconds", [0, 11])
def test_nobody_is_kept_waiting_for_longer_than_ten_seconds(seconds: int) -> None:
    with pytest.raises(Invalid, match="use 1s to 10s") as refused:
        resolve([replace(CHECKS, timeout=timedelta(seconds=seconds))])
    assert refused.value.field == "external_evaluations[checks].timeout"


@pytest.mark.parametrize("minutes", [0, 61])
def test_an_answer_counts_for_an_hour_at_most(minutes: int) -> None:
    with pytest.raises(Invalid, match="use 1s to 1h"):
        resolve([replace(CHECKS, valid_for=timedelta(minutes=minutes))])
