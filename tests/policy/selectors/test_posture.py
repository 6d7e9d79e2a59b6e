from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from doorward.model.access import AccessRequest
from doorward.model.errors import Invalid
from doorward.model.fact import Fact
from doorward.model.rule import Selector
from doorward.policy.match import Match
from doorward.policy.selectors import posture
from tests.fakes.clock import START
from tests.policy.said import machine, person

ENCRYPTED = Selector("posture", "encrypted=pass")
SOON = START + timedelta(minutes=5)


def reported(value: str, name: str = "encrypted") -> AccessRequest:
    return replace(person(), facts={name: Fact(value=value, expires=SOON)}, at=START)


@pytest.mark.parametrize(
    ("value", "spelt"),
    [("encrypted", "encrypted=pass"), (" Encrypted = FAIL ", "encrypted=FAIL"), ("os=a=b", "os=a=b")],
)
def test_a_name_alone_wants_a_pass(value: str, spelt: str) -> None:
    assert posture.parse(value, "f") == spelt


@pytest.mark.parametrize("value", ["", "=pass", "disk encryption", "encrypted=", "encrypted=a\nb"])
def test_what_is_no_fact_is_refused(value: str) -> None:
    with pytest.raises(Invalid):
        posture.parse(value, "f")


def test_risk_is_not_looked_at_this_way() -> None:
    with pytest.raises(Invalid, match="write risk: high"):
        posture.parse("risk=high", "f")


def test_it_matches_the_very_value() -> None:
    assert posture.matches(ENCRYPTED, reported("pass")) is Match.YES
    assert posture.matches(ENCRYPTED, reported("Pass")) is Match.NO
    assert posture.matches(ENCRYPTED, reported("fail")) is Match.NO


def test_what_is_not_reported_or_no_longer_is_unknown() -> None:
    assert posture.matches(ENCRYPTED, reported("pass", "firewall")) is Match.UNKNOWN
    assert posture.matches(ENCRYPTED, replace(reported("pass"), at=SOON)) is Match.UNKNOWN
    assert posture.matches(ENCRYPTED, replace(reported("pass"), at=None)) is Match.UNKNOWN
    assert posture.matches(ENCRYPTED, machine()) is Match.UNKNOWN


def test_the_outcome_holds_until_the_report_expires() -> None:
    assert posture.until(ENCRYPTED, reported("fail")) == SOON
    assert posture.until(ENCRYPTED, person()) is None
