"""The tests mirror the tree: who changes ``src/doorward/a/b.py`` finds ``tests/a/test_b.py``.

A module needs a test file when a function in it does something. Nouns, protocols, tables and names
alone have nothing to test.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

from tests.arch.places import SOURCE, TESTS, source_files

# Tested by another file than the mirror's, with the reason. Module: test file.
TESTED_ELSEWHERE: Mapping[str, str] = MappingProxyType({})


def mirror(module: Path) -> Path:
    """The test file that belongs to a module of the product."""
    inner = module.relative_to(SOURCE)
    return TESTS / inner.parent / f"test_{inner.name}"


def does_something(module: Path) -> bool:
    """Whether any function in it holds more than a docstring, ``...`` or ``pass``."""
    functions = (
        node
        for node in ast.walk(ast.parse(module.read_text()))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    )
    return any(not _is_empty(statement) for function in functions for statement in function.body)


def _is_empty(statement: ast.stmt) -> bool:
    if isinstance(statement, ast.Expr):
        return isinstance(statement.value, ast.Constant)
    return isinstance(statement, ast.Pass)


def test_every_module_that_does_something_has_its_test_file() -> None:
    needed = {path for path in source_files() if path.name != "__init__.py" and does_something(path)}
    bare = {str(path.relative_to(SOURCE)) for path in needed if not mirror(path).exists()}
    assert sorted(bare - TESTED_ELSEWHERE.keys()) == []


def test_the_list_of_exceptions_names_files_that_exist_and_need_it() -> None:
    for module, test in TESTED_ELSEWHERE.items():
        assert (SOURCE / module).exists(), module
        assert (TESTS / test).exists(), test
        assert not mirror(SOURCE / module).exists(), f"{module} has its own test file: remove it here"
