from __future__ import annotations

from datetime import timedelta

import pytest

from doorward.model.external_evaluation import ExternalEvaluation
from doorward.model.ids import ExternalEvaluationId
from tests.declaration.files import declared, merged, problem, section

WHERE = "url: 'https://c.example.com/e', keys_url: 'https://c.example.com/keys'"


def test_what_is_left_out_has_its_default() -> None:
    assert declared(section("external_evaluations", f"{{id: checks, {WHERE}}}")).external_evaluations == (
        ExternalEvaluation(
            id=ExternalEvaluationId("checks"),
            url="https://c.example.com/e",
            keys_url="https://c.example.com/keys",
            timeout=timedelta(seconds=2),
            valid_for=timedelta(minutes=5),
        ),
    )


def test_every_field_is_read() -> None:
    (found,) = merged(
        section("external_evaluations", f"{{id: checks, name: Checks, {WHERE}, timeout: 10s, valid_for: 1h}}")
    ).external_evaluations
    assert (found.name, found.timeout, found.valid_for) == (
        "Checks",
        timedelta(seconds=10),
        timedelta(hours=1),
    )


@pytest.mark.parametrize(
    ("fields", "field", "said"),
    [
        ("url: 'https://c/e'", "keys_url", "is missing"),
        ("url: 'http://c.example.com/e', keys_url: 'https://c/k'", "url", "use https"),
        ("url: 'https://c/e', keys_url: 'https://u:p@c/k'", "keys_url", "holds a user or password"),
        (f"{WHERE}, timeout: 11s", "timeout", "use 1s to 10s"),
        (f"{WHERE}, valid_for: 2h", "valid_for", "use 1s to 1h"),
        (f"{WHERE}, ca: nothing", "ca", "no readable certificate"),
        (f"{WHERE}, retries: 3", "retries", "is not a field here"),
    ],
)
def test_what_is_wrong_is_told_with_its_place(fields: str, field: str, said: str) -> None:
    found = problem(section("external_evaluations", f"{{id: checks, {fields}}}"))
    assert (found.line, found.field) == (3, f"external_evaluations[0].{field}")
    assert said in found.problem


def test_a_rule_that_names_one_that_is_not_there_is_told_and_so_is_taking_it_away() -> None:
    rule = section("rule_groups", "{id: g, include: [external_evaluation: cheks]}")
    evaluations = section("external_evaluations", f"{{id: checks, {WHERE}}}").removeprefix("version: 1\n")
    found = problem(rule + evaluations)
    assert found.field == "rule_groups[0].include[0].external_evaluation"
    assert "did you mean 'checks'?" in found.problem
    there = merged(rule.replace("cheks", "checks") + evaluations)
    assert "rule group 'g' uses external evaluation 'checks'" in (
        problem("version: 1\nexternal_evaluations: []\n", there).problem
    )
