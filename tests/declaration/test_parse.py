from __future__ import annotations

import json
from datetime import timedelta

import pytest

from doorward.declaration.declared import Declaration
from doorward.declaration.errors import DeclarationInvalid
from doorward.declaration.parse import FILE_FIELDS, parse
from tests.declaration.files import FULL, declared, problem, problems

SECTIONS = FILE_FIELDS[3:]


def test_a_whole_file_is_read() -> None:
    declaration = declared(FULL)
    assert declaration.session_duration == timedelta(hours=12)
    assert declaration.unused_service_tokens is None
    assert all(getattr(declaration, name) for name in SECTIONS)


def test_what_the_file_leaves_out_is_none_and_what_it_empties_is_empty() -> None:
    empty = Declaration(file="access.yaml", places={})
    nothing = declared("version: 1\n")
    assert [getattr(nothing, name) for name in FILE_FIELDS[1:]] == [
        getattr(empty, name) for name in FILE_FIELDS[1:]
    ]
    emptied = declared("version: 1\n" + "".join(f"{name}: []\n" for name in SECTIONS))
    assert [getattr(emptied, name) for name in SECTIONS] == [()] * len(SECTIONS)


def test_json_is_a_way_of_writing_it() -> None:
    text = json.dumps({"version": 1, "tunnels": [{"name": "office"}]})
    assert declared(text).tunnels == ("office",)


def test_messages_name_the_file() -> None:
    with pytest.raises(DeclarationInvalid, match=r"^/etc/doorward/people\.yaml:1: "):
        parse("", file="/etc/doorward/people.yaml")


@pytest.mark.parametrize(
    ("text", "line", "field", "fix"),
    [
        ("tunnels: []\n", 1, "version", "is missing: this field is required"),
        ("# \nversion: 2\nunknown: x\n", 2, "version", "is not a version that this program knows: write"),
        ("version:\n", 1, "version", "is empty"),
        ("- version: 1\n", 1, "", "the file is not a mapping: begin it with 'version: 1'"),
        ("version 1\n", 1, "", "the file is not a mapping: begin it with 'version: 1'"),
        ("~\n", 1, "", "the file is not a mapping: begin it with 'version: 1'"),
        ("version: 1\nversion: 1\n", 2, "version", "repeats line 1: keep one of them"),
        ("version: 1\ntunel: []\n", 2, "tunel", "'tunel' is not a field here: did you mean 'tunnels'?"),
        ("version: 1\ntunnels:\n", 2, "tunnels", "is empty: give a list"),
        ("version: 1\ntunnels: {}\n", 2, "tunnels", "is a mapping: give a list"),
        ("version: 1\n<<: {}\n", 2, "<<", "'<<' is not a field here"),
    ],
)
def test_a_wrong_file_is_told_its_line(text: str, line: int, field: str, fix: str) -> None:
    found = problem(text)
    assert (found.line, found.field) == (line, field)
    assert fix in found.problem


def test_every_mistake_is_told_at_once_in_the_order_of_the_file() -> None:
    text = """\
version: 1
tunnels:
  - name: Office
  - name: cellar
    nam: x
applications:
  - id: wiki
    hostname: wiki.example.com
    hostname: wiki.example.org
    policies: [{action: alow, include: [everybody]}]
"""
    assert [(each.line, each.field) for each in problems(text)] == [
        (3, "tunnels[0].name"),
        (5, "tunnels[1].nam"),
        (7, "applications[0].url"),
        (9, "applications[0].hostname"),
        (10, "applications[0].policies[0].action"),
        (10, "applications[0].policies[0].include[0]"),
    ]


def test_files_are_not_read_unless_the_caller_says_how() -> None:
    text = FULL.replace("password_env: BOB", "password: battery staple")
    with pytest.raises(DeclarationInvalid, match=r"cannot read 'entra\.secret': files are not read here"):
        parse(text)
