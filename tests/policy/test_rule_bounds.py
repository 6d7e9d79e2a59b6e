from __future__ import annotations

import pytest

from doorward.model.rule import Rules
from doorward.policy.bounds import Bounds
from doorward.policy.expression import ALWAYS, NEVER, And, ClaimContains, ClaimEquals, Not, Or
from doorward.policy.rule_bounds import rule_bounds
from doorward.policy.rule_groups import resolve
from tests.policy.said import rule_group, said

ADA, BOB = ClaimEquals("email", "ada@corp.com"), ClaimEquals("email", "bob@corp.com")
STAFF = ClaimContains("groups", "staff")


def test_known_selectors_leave_no_doubt() -> None:
    rules = Rules(include=said("email:ada@corp.com", "email:bob@corp.com"), exclude=said("group:staff"))
    exact = And((Or((ADA, BOB)), Not(STAFF)))
    assert rule_bounds(rules, {}, {}, token=True) == Bounds(certain=exact, possible=exact)


def test_without_an_include_nothing_is_possible() -> None:
    assert rule_bounds(Rules(require=said("everyone")), {}, {}, token=True) == Bounds(
        certain=NEVER, possible=NEVER
    )


@pytest.mark.parametrize(
    ("rules", "certain", "possible"),
    [
        (Rules(include=said("odd")), NEVER, ALWAYS),
        (Rules(include=said("odd", "email:ada@corp.com")), ADA, ALWAYS),
        (Rules(include=said("email:ada@corp.com"), require=said("odd")), NEVER, ADA),
        (Rules(include=said("email:ada@corp.com"), exclude=said("odd")), NEVER, ADA),
    ],
)
def test_an_unknown_selector_may_be_anything(
    rules: Rules, certain: ClaimEquals, possible: ClaimEquals
) -> None:
    assert rule_bounds(rules, {}, {}, token=True) == Bounds(certain=certain, possible=possible)


def test_doubt_inside_a_group_turns_round_where_the_group_is_excluded() -> None:
    groups = resolve([rule_group("odd-staff", "group:staff", require=["odd"])])
    rules = Rules(include=said("everyone"), exclude=said("rule_group:odd-staff"))
    assert rule_bounds(rules, groups, {}, token=True) == Bounds(certain=Not(STAFF), possible=ALWAYS)
