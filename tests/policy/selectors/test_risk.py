from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from doorward.model.errors import Invalid
from doorward.model.fact import Fact
from doorward.model.rule import Selector
from doorward.policy.match import Match
from doorward.policy.selectors import risk
from tests.fakes.clock import START
from tests.policy.said import machine, person

HIGH = Selector("risk", "high")
SOON = START + timedelta(minutes=5)
AT_RISK = replace(person(), facts={"risk": Fact(value="high", expires=SOON)}, at=START)


@pytest.mark.parametrize("value", ["none", "low", " Medium", "HIGH"])
def test_a_level_is_kept_in_lower_case(value: str) -> None:
    assert risk.parse(value, "f") == value.strip().lower()


@pytest.mark.parametrize("value", ["", "severe", "low,medium", "3"])
def test_what_is_no_level_is_refused(value: str) -> None:
    with pytest.raises(Invalid, match="use one of none, low, medium, high"):
        risk.parse(value, "f")


def test_it_matches_this_level_and_no_other() -> None:
    assert risk.matches(HIGH, AT_RISK) is Match.YES
    assert risk.matches(Selector("risk", "medium"), AT_RISK) is Match.NO


def test_where_nobody_reported_one_or_no_longer_it_is_unknown() -> None:
    for request in (person(), machine(), replace(AT_RISK, at=SOON), replace(AT_RISK, at=None)):
        assert risk.matches(HIGH, request) is Match.UNKNOWN


def test_the_outcome_holds_until_the_report_expires() -> None:
    assert risk.until(HIGH, AT_RISK) == SOON
    assert risk.until(HIGH, person()) is None
