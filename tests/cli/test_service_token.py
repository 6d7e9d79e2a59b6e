from __future__ import annotations

from tests.cli.commands import Doorward


def test_a_new_tokens_two_headers_are_printed_ready_to_send(doorward: Doorward) -> None:
    result = doorward.run("service-token", "create", "nightly", "--days", "30")
    assert result.exit_code == 0
    first, second = result.stdout.splitlines()
    assert first.startswith("Cf-Access-Client-Id: ")
    assert second.startswith("Cf-Access-Client-Secret: ")
    assert "not shown again" in result.stderr
    assert second.split()[1] not in doorward.says("service-token", "list")


def test_tokens_are_listed_with_their_end(doorward: Doorward) -> None:
    doorward.says("service-token", "create", "nightly", "--days", "30")
    listed = {token["name"]: token["expires"] for token in doorward.json("service-token", "list")}
    assert listed["ci"] is None
    assert listed["nightly"].startswith("2026-03-31")
    assert "never" in doorward.says("service-token", "list")


def test_json_holds_the_secret_this_once(doorward: Doorward) -> None:
    made = doorward.json("service-token", "create", "nightly")
    assert made.keys() == {"name", "client_id", "secret", "expires", "disabled", "previous_until"}


def test_a_token_is_deleted(doorward: Doorward) -> None:
    doorward.says("service-token", "create", "nightly")
    assert doorward.says("service-token", "delete", "nightly") == "Deleted nightly.\n"
    again = doorward.run("service-token", "delete", "nightly")
    assert (again.exit_code, again.stderr) == (1, "doorward: there is no service token 'nightly'\n")


def test_a_name_that_is_taken_and_a_life_that_is_too_long_are_refused(doorward: Doorward) -> None:
    taken = doorward.run("service-token", "create", "ci")
    assert (taken.exit_code, taken.stderr) == (1, "doorward: there is a service token 'ci' already\n")
    assert doorward.run("service-token", "create", "x", "--days", "4000").exit_code == 2
