"""What is wrong with an access file: every problem with its file, line, field and fix.

Rule: a problem never repeats a secret, nor text of the file that could be one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from doorward.model.errors import Invalid

SHOWN_PROBLEMS = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One thing that is wrong.

    ``line`` and ``column`` count from 1. ``field`` is a path such as ``applications[0].hostname``,
    empty where the file as a whole is meant. ``problem`` says what is wrong and what is allowed.
    """

    file: str
    line: int
    column: int
    field: str
    problem: str

    def __str__(self) -> str:
        return ": ".join(part for part in (f"{self.file}:{self.line}", self.field, self.problem) if part)


class DeclarationInvalid(Invalid):
    """The access file cannot be applied; nothing was changed.

    ``problems`` holds the first ``SHOWN_PROBLEMS`` in the file's order, ``left_off`` how many more
    there are. ``file``, ``line``, ``column``, ``field`` and ``problem`` are those of the first.
    """

    def __init__(self, problems: Sequence[Problem]) -> None:
        ordered = sorted(problems, key=lambda problem: (problem.line, problem.column))
        self.problems = tuple(ordered[:SHOWN_PROBLEMS])
        self.left_off = len(ordered) - len(self.problems)
        first = self.problems[0]
        super().__init__(first.field, first.problem)
        self.file = first.file
        self.line = first.line
        self.column = first.column

    def __str__(self) -> str:
        lines = [str(problem) for problem in self.problems]
        if self.left_off:
            lines.append(f"and {self.left_off} more")
        return "\n".join(lines)
