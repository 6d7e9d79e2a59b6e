from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from doorward.model.errors import Invalid
from doorward.model.ids import PolicyId
from doorward.model.rule import Selector
from doorward.policy.match import Match
from doorward.policy.selectors import canonical, grant
from tests.fakes.clock import START
from tests.policy.said import person

GIVEN = Selector("grant", "production")
UNTIL = START + timedelta(hours=1)
ADA = replace(person(), grants={PolicyId("production"): UNTIL})


def test_nobody_writes_it_in_a_rule() -> None:
    with pytest.raises(Invalid, match="give the policy a purpose or an approval"):
        canonical(GIVEN, field="f")


@pytest.mark.parametrize(("seconds", "match"), [(-1, Match.YES), (0, Match.NO), (60, Match.NO)])
def test_it_holds_until_its_end(seconds: int, match: Match) -> None:
    assert grant.matches(GIVEN, replace(ADA, at=UNTIL + timedelta(seconds=seconds))) is match
    assert grant.until(GIVEN, ADA) == UNTIL


def test_what_was_not_given_does_not_hold_whatever_the_time() -> None:
    assert grant.matches(Selector("grant", "other"), ADA) is Match.NO
    assert grant.until(Selector("grant", "other"), ADA) is None


def test_without_a_clock_nobody_knows_whether_it_has_ended() -> None:
    assert grant.matches(GIVEN, ADA) is Match.UNKNOWN


def test_it_is_called_after_a_policy() -> None:
    assert grant.parse("production", "f") == "production"
    with pytest.raises(Invalid):
        grant.parse("Production!", "f")
