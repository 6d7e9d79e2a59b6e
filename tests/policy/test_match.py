from __future__ import annotations

import pytest

from doorward.policy.match import Match, all_of, any_of

NO, UNKNOWN, YES = Match


@pytest.mark.parametrize(
    ("one", "other", "conjunction", "disjunction"),
    [
        (YES, YES, YES, YES),
        (YES, UNKNOWN, UNKNOWN, YES),
        (YES, NO, NO, YES),
        (UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN),
        (UNKNOWN, NO, NO, UNKNOWN),
        (NO, NO, NO, NO),
    ],
)
def test_and_and_or_follow_kleenes_tables(
    one: Match, other: Match, conjunction: Match, disjunction: Match
) -> None:
    assert all_of([one, other]) is all_of([other, one]) is conjunction
    assert any_of([one, other]) is any_of([other, one]) is disjunction


def test_what_is_unknown_stays_unknown_through_a_negation() -> None:
    assert [match.negated() for match in Match] == [YES, UNKNOWN, NO]


def test_all_of_nothing_holds_and_any_of_nothing_does_not() -> None:
    assert all_of([]) is YES
    assert any_of([]) is NO
