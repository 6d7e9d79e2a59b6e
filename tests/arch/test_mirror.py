"""The tests mirror the tree: who changes ``src/doorward/a/b.py`` finds its tests below ``tests/a``.

That is ``tests/a/test_b.py``, or, where a few modules are one subject, another test file of that
folder which imports the module by its name. A module needs tests when a function in it does
something: nouns, protocols, tables and names alone have nothing to test.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import MappingProxyType

from tests.arch.places import ROOT, SOURCE, TESTS, module_name, source_files

# Modules that only make sense as running programs, and the test that runs them.
TESTED_ELSEWHERE: Mapping[str, str] = MappingProxyType(
    {
        "bootstrap/control_factors.py": "tests/bootstrap/test_control_plane.py",
        "bootstrap/control_grants.py": "tests/bootstrap/test_control_plane.py",
        "bootstrap/control_machines.py": "tests/bootstrap/test_control_plane.py",
        "bootstrap/control_services.py": "tests/bootstrap/test_control_plane.py",
        "bootstrap/control_process.py": "tests/live/test_demo.py",
        "bootstrap/part.py": "tests/live/test_demo.py",
        "bootstrap/run_machine.py": "tests/live/test_demo.py",
    }
)


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


def has_tests(module: Path) -> bool:
    """Whether its own test file exists, or one beside where that would be imports it."""
    inner = module.relative_to(SOURCE)
    folder = TESTS / inner.parent
    if (folder / f"test_{inner.name}").exists():
        return True
    return any(module_name(module) in set(imports(test)) for test in folder.glob("test_*.py"))


def imports(test: Path) -> Iterator[str]:
    """The modules that a file imports, however it spells that."""
    for node in ast.walk(ast.parse(test.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def test_every_module_that_does_something_has_tests_in_its_place() -> None:
    needed = (path for path in source_files() if path.name != "__init__.py" and does_something(path))
    bare = {str(path.relative_to(SOURCE)) for path in needed if not has_tests(path)}
    assert sorted(bare - TESTED_ELSEWHERE.keys()) == []


def test_the_list_of_exceptions_names_files_that_exist_and_need_it() -> None:
    for module, test in TESTED_ELSEWHERE.items():
        assert (SOURCE / module).exists(), module
        assert (ROOT / test).exists(), test
        assert not has_tests(SOURCE / module), f"{module} has tests in its place: remove it here"


def test_a_module_without_tests_is_noticed(tmp_path: Path) -> None:
    noun, verb = tmp_path / "noun.py", tmp_path / "verb.py"
    noun.write_text('class Noun:\n    """A noun."""\n    def name(self) -> str: ...\n')
    verb.write_text("def act() -> int:\n    return 1\n")
    assert not does_something(noun)
    assert does_something(verb)
