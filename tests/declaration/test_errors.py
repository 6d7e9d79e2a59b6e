from __future__ import annotations

from doorward.declaration.errors import SHOWN_PROBLEMS, DeclarationInvalid, Problem
from doorward.model.errors import Invalid


def problem(line: int, *, column: int = 1, field: str = "tunnels[0].name") -> Problem:
    return Problem(file="access.yaml", line=line, column=column, field=field, problem="is missing")


def test_a_problem_reads_like_a_compilers() -> None:
    assert str(problem(12)) == "access.yaml:12: tunnels[0].name: is missing"
    assert str(problem(12, field="")) == "access.yaml:12: is missing"


def test_problems_come_in_the_files_order_and_the_first_speaks_for_all() -> None:
    error = DeclarationInvalid([problem(3), problem(2, column=9), problem(2, column=4, field="a")])
    assert str(error) == (
        "access.yaml:2: a: is missing\n"
        "access.yaml:2: tunnels[0].name: is missing\n"
        "access.yaml:3: tunnels[0].name: is missing"
    )
    assert isinstance(error, Invalid)
    assert (error.file, error.line, error.column, error.field) == ("access.yaml", 2, 4, "a")
    assert error.problem == "is missing"


def test_after_twenty_problems_only_their_number_is_told() -> None:
    error = DeclarationInvalid([problem(line) for line in range(30, 0, -1)])
    assert [each.line for each in error.problems] == list(range(1, SHOWN_PROBLEMS + 1))
    assert error.left_off == 10
    assert str(error).endswith("access.yaml:20: tunnels[0].name: is missing\nand 10 more")
