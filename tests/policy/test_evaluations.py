from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from random import Random

import pytest

from doorward.model.access import AccessRequest
from doorward.model.external_evaluation import Evaluated
from doorward.model.ids import ExternalEvaluationId
from doorward.model.policy import Policy
from doorward.policy.evaluate import evaluate
from doorward.policy.evaluations import MOST_TRIED, hangs_on, supposed_answers
from doorward.policy.launcher import visible
from doorward.policy.missing_grant import missing_grant
from doorward.policy.step_up import missing_contexts
from tests.fakes.clock import START
from tests.policy.said import compiled, machine, nobody, person, policy

CHECKS = "external_evaluation:checks"
ADA = replace(person("ada@corp.com", "staff"), at=START)
STAFF_AND_CHECKS = (policy("allow", "group:staff", require=[CHECKS]),)


def hanging(policies: Sequence[Policy], request: AccessRequest = ADA) -> list[str]:
    return sorted(hangs_on(compiled(*policies), request))


@pytest.mark.parametrize(
    ("policies", "asked"),
    [
        (STAFF_AND_CHECKS, ["checks"]),
        ((policy("allow", CHECKS),), ["checks"]),
        ((policy("allow", "everyone", exclude=[CHECKS]),), ["checks"]),
        ((policy("deny", CHECKS), policy("allow", "everyone")), ["checks"]),
        # All of these are decided whatever it says.
        ((policy("allow", "group:other", require=[CHECKS]),), []),
        ((policy("allow", "group:staff", CHECKS),), []),
        ((policy("allow", "everyone", name="a"), policy("allow", CHECKS, name="b")), []),
        ((policy("allow", "everyone"), policy("deny", CHECKS)), []),
        ((policy("deny", CHECKS), policy("allow", "group:other")), []),
        ((policy("bypass", "ip_range:10.0.0.0/8"), policy("allow", CHECKS)), []),
        ((policy("service_auth", CHECKS),), []),
        ((policy("allow", "everyone"),), []),
    ],
)
def test_an_evaluator_is_asked_where_its_answer_would_change_the_decision(
    policies: Sequence[Policy], asked: list[str]
) -> None:
    assert hanging(policies) == asked


def test_who_is_unknown_is_asked_about_by_nobody_and_a_machine_is() -> None:
    policies = [*STAFF_AND_CHECKS, policy("service_auth", "any_service_token", require=[CHECKS], name="m")]
    assert hanging(policies, replace(nobody(), at=START)) == []
    assert hanging(policies, replace(machine(), at=START)) == ["checks"]


def test_one_whose_answer_is_there_is_not_asked_again() -> None:
    said = {ExternalEvaluationId("checks"): Evaluated(success=False, until=START + timedelta(minutes=1))}
    assert hanging(STAFF_AND_CHECKS, replace(ADA, evaluations=said)) == []


def test_of_several_only_those_that_matter_are_asked() -> None:
    either = policy("allow", "external_evaluation:a", "external_evaluation:b")
    aside = policy("deny", "group:other", require=["external_evaluation:c"])
    assert hanging([aside, either]) == ["a", "b"]


def test_of_more_than_can_be_tried_all_are_asked() -> None:
    many = [f"external_evaluation:e{number}" for number in range(MOST_TRIED + 1)]
    assert len(hanging([policy("allow", "group:other", require=many)])) == MOST_TRIED + 1


def test_whoever_was_not_asked_would_have_changed_nothing() -> None:
    random, names = Random(7), ["a", "b", "c"]
    selectors = [*(f"external_evaluation:{name}" for name in names), "group:staff", "group:other", "everyone"]

    def some(most: int) -> list[str]:
        return random.sample(selectors, random.randint(0, most))

    for _ in range(300):
        policies = [
            policy(random.choice(["allow", "deny"]), *some(2), require=some(1), exclude=some(1), name=f"p{n}")
            for n in range(3)
        ]
        made = compiled(*policies)
        asked = hangs_on(made, ADA)
        answers = {
            ExternalEvaluationId(name): Evaluated(
                success=random.random() < 0.5, until=START + timedelta(minutes=1)
            )
            for name in names
        }
        some_answers = {name: answer for name, answer in answers.items() if name in asked}
        asked_only = evaluate(made, replace(ADA, evaluations=some_answers))
        everybody = evaluate(made, replace(ADA, evaluations=answers))
        assert (asked_only.allowed, asked_only.policy if asked_only.allowed else None) == (
            everybody.allowed,
            everybody.policy if everybody.allowed else None,
        )


def test_the_launcher_shows_what_an_evaluator_may_open_and_not_what_it_shut() -> None:
    made = compiled(*STAFF_AND_CHECKS)
    assert visible(made, ADA)
    said = {ExternalEvaluationId("checks"): Evaluated(success=False, until=START + timedelta(minutes=1))}
    assert not visible(made, replace(ADA, evaluations=said))
    assert not visible(made, replace(person("eve@corp.com"), at=START))


def test_a_step_up_or_a_purpose_is_asked_for_before_the_evaluator() -> None:
    stronger = compiled(policy("allow", "group:staff", require=[CHECKS, "auth_context:c1@people"]))
    assert missing_contexts(stronger, ADA) == {"c1"}
    assert list(supposed_answers(compiled(policy("allow", "everyone")), ADA)) == [ADA]
    assert missing_grant(compiled(*STAFF_AND_CHECKS), ADA) is None
