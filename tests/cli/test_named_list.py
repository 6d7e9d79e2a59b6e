from __future__ import annotations

import pytest

from tests.cli.commands import Doorward

FILE = """version: 1
lists:
  - {id: team, kind: email, items: [ada@example.com]}
  - {id: none, kind: ip, items: []}
"""


@pytest.fixture
def lists(doorward: Doorward) -> Doorward:
    doorward.says("apply", "-f", "-", typed=FILE)
    return doorward


def test_items_are_added_removed_and_shown(lists: Doorward) -> None:
    added = lists.says("list", "add", "team", "bob@example.com", "ada@example.com")
    assert added == "Added to team: bob@example.com\nOn team already: ada@example.com\n"
    assert lists.says("list", "show", "team") == "ada@example.com\nbob@example.com\n"
    removed = lists.says("list", "remove", "team", "ada@example.com", "eve@example.com")
    assert removed == "Removed from team: ada@example.com\nNot on team: eve@example.com\n"
    assert lists.json("list", "show", "team")["items"] == ["bob@example.com"]


def test_an_empty_list_says_so_beside_its_output(lists: Doorward) -> None:
    result = lists.run("list", "show", "none")
    assert (result.exit_code, result.stdout, result.stderr) == (0, "", "none is empty.\n")


def test_a_change_is_json_for_scripts(lists: Doorward) -> None:
    assert lists.json("list", "add", "none", "192.0.2.7")["changed"] == ["192.0.2.7/32"]


def test_what_cannot_be_on_it_is_told_in_a_sentence(lists: Doorward) -> None:
    result = lists.run("list", "add", "team", "ada")
    assert (result.exit_code, result.stderr.startswith("doorward: items[0]: 'ada' is not")) == (1, True)
    assert lists.run("list", "add", "team").exit_code == 2


def test_a_refusal_of_the_edge_ends_with_code_1(lists: Doorward) -> None:
    lists.world.edges.refusal = "no such cluster"
    result = lists.run("list", "add", "team", "bob@example.com")
    assert result.exit_code == 1
    assert "keeps what it had: no such cluster" in result.stderr
