from __future__ import annotations

from doorward.model.errors import Unavailable
from tests.cli.commands import Doorward


def test_providers_are_listed_with_the_address_to_register(doorward: Doorward) -> None:
    said = doorward.says("idp", "list")
    assert "https://access.example.com/cdn-cgi/access/callback" in said
    assert [p["id"] for p in doorward.json("idp", "list")] == ["staff", "company"]


def test_a_test_says_each_item_and_the_fix_of_what_is_wrong(doorward: Doorward) -> None:
    result = doorward.run("idp", "test", "company")
    assert result.exit_code == 1
    assert "ok  Discovery: https://access.example.com/cdn-cgi/access/callback" in result.stdout
    assert "WRONG  Client secret" in result.stdout
    assert "Make a new one." in result.stdout
    assert "Not everything is right yet." in result.stdout


def test_a_provider_with_nothing_wrong_works(doorward: Doorward) -> None:
    assert "Your connection works." in doorward.says("idp", "test", "staff")
    assert doorward.json("idp", "test", "staff")["works"] is True


def test_a_checklist_that_breaks_off_says_why(doorward: Doorward) -> None:
    doorward.world.redirect.directory_fault = Unavailable("The directory does not answer.")
    result = doorward.run("idp", "test", "company")
    assert (result.exit_code, result.stderr) == (1, "doorward: The directory does not answer.\n")


def test_a_provider_that_is_not_there_is_told(doorward: Doorward) -> None:
    result = doorward.run("idp", "test", "gone")
    assert result.exit_code == 1
    assert "there is no identity provider 'gone': there are staff, company" in result.stderr


def test_a_trial_prints_an_address_and_gives_up_in_time(doorward: Doorward) -> None:
    result = doorward.run("idp", "test", "company", "--sign-in", "--wait", "0")
    assert result.exit_code == 1
    assert "https://access.example.com/cdn-cgi/access/trial?ticket=" in result.stdout
    assert "Nobody came back in time." in result.stderr


def test_groups_and_contexts_are_looked_up(doorward: Doorward) -> None:
    assert "engineering" in doorward.says("idp", "groups", "company", "eng")
    assert doorward.json("idp", "groups", "company", "eng")[0]["id"] == "g1"
    assert "NO: requiring it protects nothing" in doorward.says("idp", "contexts", "company")
    assert doorward.json("idp", "contexts", "company") == {"c1": True, "c2": False}
