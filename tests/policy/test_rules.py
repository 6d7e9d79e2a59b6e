from __future__ import annotations

import pytest

from doorward.model.rule import Rules, Selector
from doorward.policy.match import Match
from doorward.policy.rules import judge
from tests.policy.said import said

NO, UNKNOWN, YES = Match


def answer(selector: Selector) -> Match:
    return Match[selector.kind.upper()]


@pytest.mark.parametrize(
    ("include", "require", "exclude", "match"),
    [
        ("", "", "", NO),
        ("", "yes", "", NO),
        ("yes", "", "", YES),
        ("no yes", "", "", YES),
        ("no", "", "", NO),
        ("yes", "yes yes", "no", YES),
        ("yes", "yes no", "", NO),
        ("yes", "", "no yes", NO),
        ("unknown", "", "", UNKNOWN),
        ("unknown yes", "", "", YES),
        ("yes", "unknown", "", UNKNOWN),
        ("yes", "", "unknown", UNKNOWN),
        ("yes", "no", "unknown", NO),
        ("no", "unknown", "", NO),
    ],
)
def test_one_include_and_every_require_and_no_exclude(
    include: str, require: str, exclude: str, match: Match
) -> None:
    rules = Rules(
        include=said(*include.split()), require=said(*require.split()), exclude=said(*exclude.split())
    )
    assert judge(rules, {}, answer).match is match


def test_a_judgement_keeps_the_rule_types_apart() -> None:
    judgement = judge(Rules(include=said("yes"), require=said("no"), exclude=said("unknown")), {}, answer)
    assert (judgement.included, judgement.required, judgement.excluded) == (YES, NO, UNKNOWN)
