from __future__ import annotations

from doorward.model.rule import Selector
from doorward.policy.bounds import (
    ANYTHING,
    Bounds,
    all_bounds,
    any_bounds,
    exactly,
    in_token,
    judged_name,
)
from doorward.policy.expression import ALWAYS, NEVER, And, ClaimContains, ClaimEquals, Not, Or

ADA, STAFF = ClaimEquals("email", "ada@corp.com"), ClaimContains("groups", "staff")
LISTED = Selector("email_list", "staff")


def test_what_the_edge_knows_exactly_has_no_room_in_between() -> None:
    assert exactly(ADA) == Bounds(certain=ADA, possible=ADA)
    assert exactly(ADA).negated() == exactly(Not(ADA))


def test_of_what_nobody_knows_nothing_is_certain_and_all_is_possible() -> None:
    assert Bounds(certain=NEVER, possible=ALWAYS) == ANYTHING
    assert ANYTHING.negated() == ANYTHING


def test_a_token_that_says_neither_yes_nor_no_leaves_it_open() -> None:
    name = judged_name(LISTED)
    found = in_token(LISTED)
    assert found.certain == ClaimContains("met", name)
    assert found.possible == Not(ClaimContains("unmet", name))
    assert found.negated().certain == ClaimContains("unmet", name)


def test_no_two_selectors_share_a_name() -> None:
    others = [
        Selector("email_list", "staff2"),
        Selector("ip_list", "staff"),
        Selector("email_lis", "t\0staff"),
    ]
    assert len({judged_name(selector) for selector in (LISTED, *others)}) == 4
    assert len(judged_name(LISTED)) == 16


def test_bounds_join_side_by_side() -> None:
    assert all_bounds([exactly(ADA), exactly(STAFF)]) == exactly(And((ADA, STAFF)))
    assert any_bounds([exactly(ADA), exactly(STAFF)]) == exactly(Or((ADA, STAFF)))
    assert all_bounds([exactly(ADA), ANYTHING]) == Bounds(certain=NEVER, possible=ADA)
    assert any_bounds([exactly(ADA), ANYTHING]) == Bounds(certain=ADA, possible=ALWAYS)
    assert all_bounds([]) == exactly(ALWAYS)
    assert any_bounds([]) == exactly(NEVER)
