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


def test_a_rotation_prints_the_new_headers_and_how_long_the_old_ones_work(doorward: Doorward) -> None:
    doorward.says("service-token", "create", "nightly")
    result = doorward.run("service-token", "rotate", "nightly", "--grace-hours", "2")
    assert result.exit_code == 0
    first, second = result.stdout.splitlines()
    assert first.startswith("Cf-Access-Client-Id: ")
    assert second.startswith("Cf-Access-Client-Secret: dwst_")
    assert "The secret before it works until 2026-03-01T14:00:00+00:00." in result.stderr
    again = doorward.run("service-token", "rotate", "nightly")
    assert again.exit_code == 1
    assert "works until 2026-03-01 14:00 UTC" in again.stderr
    at_once = doorward.run("service-token", "rotate", "nightly", "--grace-hours", "0")
    assert "The secret before it has ended." in at_once.stderr


def test_a_grace_period_of_more_than_30_days_is_refused(doorward: Doorward) -> None:
    assert doorward.run("service-token", "rotate", "ci", "--grace-hours", "721").exit_code == 2


def test_a_rotation_in_json_holds_the_secret_and_the_end_of_the_grace_period(doorward: Doorward) -> None:
    made = doorward.json("service-token", "rotate", "ci")
    assert made["secret"].startswith("dwst_")
    assert made["previous_until"] == "2026-03-02T12:00:00+00:00"


def test_a_refresh_says_the_new_end(doorward: Doorward) -> None:
    doorward.says("service-token", "create", "nightly", "--days", "30")
    said = doorward.says("service-token", "refresh", "nightly")
    assert said == "nightly expires on 2027-03-31T12:00:00+00:00.\n"
    assert doorward.json("service-token", "refresh", "nightly", "--days", "1")["expires"].startswith(
        "2027-04-01"
    )
    endless = doorward.run("service-token", "refresh", "ci")
    assert (endless.exit_code, "does not expire" in endless.stderr) == (1, True)


def test_a_token_is_disabled_and_enabled(doorward: Doorward) -> None:
    assert doorward.says("service-token", "disable", "ci") == "Disabled ci.\n"
    (listed,) = doorward.json("service-token", "list")
    assert (listed["state"], listed["disabled"], listed["last_seen"]) == ("disabled", True, None)
    assert "disabled" in doorward.says("service-token", "list")
    assert doorward.json("service-token", "enable", "ci")["disabled"] is False
    assert doorward.says("service-token", "enable", "ci") == "Enabled ci.\n"


def test_what_is_not_there_is_told_by_each_command(doorward: Doorward) -> None:
    for verb in ("rotate", "refresh", "disable", "enable", "delete"):
        result = doorward.run("service-token", verb, "gone")
        assert (result.exit_code, result.stderr) == (1, "doorward: there is no service token 'gone'\n"), verb


def test_a_deletion_in_json(doorward: Doorward) -> None:
    doorward.says("service-token", "create", "nightly")
    assert doorward.json("service-token", "delete", "nightly") == {"deleted": "nightly"}


def test_a_token_that_a_rule_names_is_not_deleted(doorward: Doorward) -> None:
    result = doorward.run("service-token", "delete", "ci")
    assert result.exit_code == 1
    assert "there is no service token 'ci': use one of" in result.stderr
