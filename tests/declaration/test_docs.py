"""``docs/reference/file.md`` and the examples in ``docs/guide`` are held to the code."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

import pytest

from doorward.declaration.merge import merge
from doorward.declaration.parse import TABLES, parse
from doorward.declaration.rules import KINDS, takes_no_value
from tests.arch.places import DOCS
from tests.declaration.certificate import certificate
from tests.declaration.files import NOTHING, FakePasswords
from tests.fakes.clock import FakeRandomness

PAGE = (DOCS / "reference" / "file.md").read_text()
SECTION = re.compile(r"^#{2,3} (.+?)\n(.*?)(?=^#{2,3} |\Z)", re.MULTILINE | re.DOTALL)
FIRST_CELL = re.compile(r"^\| `(\w+)` \|(.*)\|$", re.MULTILINE)
EXAMPLES = sorted((DOCS / "guide").glob("*.yaml"))


def sections() -> Mapping[str, str]:
    return dict(SECTION.findall(PAGE))


def rows(heading: str) -> list[tuple[str, str]]:
    """The first and the other cells of a section's table."""
    return FIRST_CELL.findall(sections()[heading])


@pytest.mark.parametrize("heading", TABLES)
def test_the_reference_lists_the_fields_that_there_are_in_their_order(heading: str) -> None:
    assert [name for name, _ in rows(heading)] == list(TABLES[heading])


def test_the_reference_has_no_table_of_fields_that_are_not_there() -> None:
    assert {heading for heading in sections() if rows(heading)} == {*TABLES, "Selectors"}


def test_the_reference_lists_every_selector_and_whether_it_takes_a_value() -> None:
    values = {kind: cells.split("|")[0].strip() for kind, cells in rows("Selectors")}
    assert list(values) == list(KINDS)
    assert [kind for kind in KINDS if values[kind].startswith("none")] == list(filter(takes_no_value, KINDS))


class Everything(dict[str, str]):
    """An environment in which every variable is set."""

    def get(self, key: str, default: object = None) -> str:
        return self[key]

    def __missing__(self, key: str) -> str:
        return f"a long enough secret in {key}"


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.name)
def test_every_example_can_be_applied(example: Path) -> None:
    def read_file(name: str) -> str:
        return certificate() if name.endswith(".pem") else f"a long enough secret in {name}"

    declaration = parse(example.read_text(), file=example.name, read_file=read_file, environment=Everything())
    passwords = FakePasswords()
    configuration = merge(
        declaration,
        NOTHING,
        randomness=FakeRandomness(),
        hash_password=passwords.hash,
        verify_password=passwords.verify,
    )
    assert configuration.applications


def test_there_are_examples_and_the_reference_links_to_each() -> None:
    assert EXAMPLES
    assert [example.name for example in EXAMPLES if f"(../guide/{example.name})" not in PAGE] == []
