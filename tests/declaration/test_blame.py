from __future__ import annotations

import pytest

from doorward.declaration.blame import blamed
from doorward.declaration.errors import DeclarationInvalid, Problem
from doorward.model.errors import Invalid
from tests.declaration.files import FULL, declared, merged

LINES = FULL.splitlines()


@pytest.mark.parametrize(
    ("field", "in_file", "text"),
    [
        ("applications[wiki].destinations[0]", "applications[0].hostname", "hostname: wiki.example.com"),
        ("applications[builds].destinations[0]", "applications[1].hostname", "hostname: builds.example.com"),
        (
            "applications[wiki].policies[1].rules.include[0]",
            "applications[0].policies[1].include[0]",
            "include: [everyone]",
        ),
        ("policies[staff-only].rules.require[0]", "policies[0].require[0]", "require: [ip_range"),
        ("rule_groups[engineers].rules", "rule_groups[0]", "- id: engineers"),
        ("tunnels[0].name", "tunnels[0].name", "- name: office"),
        ("applications[gone].destinations[0]", "applications[gone].destinations[0]", "applications:"),
        ("generation", "generation", "version: 1"),
    ],
)
def test_a_later_refusal_gets_the_line_of_what_it_is_about(field: str, in_file: str, text: str) -> None:
    found = blamed(Invalid(field, "is wrong"), declared(FULL), merged(FULL))
    assert (found.field, found.problem) == (in_file, "is wrong")
    assert text in LINES[found.line - 1]


def test_what_has_its_lines_already_keeps_them() -> None:
    problem = Problem(file="other.yaml", line=7, column=1, field="a", problem="is wrong")
    error = DeclarationInvalid([problem])
    assert blamed(error, declared(FULL), merged(FULL)) is error
