from __future__ import annotations

from tests.cli.commands import Doorward


def test_keys_are_listed(doorward: Doorward) -> None:
    (key,) = doorward.json("keys", "list")
    shown = doorward.says("keys", "list")
    assert [shown.count(word) for word in (key["kid"], "current", key["since"], key["until"])] == [1] * 4


def test_a_planned_rotation_says_which_key_signs_from_when_on(doorward: Doorward) -> None:
    said = doorward.says("keys", "rotate")
    _, key = doorward.json("keys", "list")
    assert said == f"{key['kid']} is announced. It signs from {key['until']} on.\nEvery edge has confirmed.\n"
    again = doorward.run("keys", "rotate")
    assert again.exit_code == 1
    assert again.stderr.startswith(f"doorward: the next key, {key['kid']}, is announced already")


def test_a_rotation_at_once_says_what_is_accepted_no_more(doorward: Doorward) -> None:
    (old,) = doorward.json("keys", "list")
    said = doorward.says("keys", "rotate", "--now")
    (key,) = doorward.json("keys", "list")
    assert key["kid"] != old["kid"]
    assert f"{key['kid']} signs from now on. Accepted no more: {old['kid']}." in said


def test_a_rotation_at_once_that_an_edge_does_not_confirm_is_a_failure(doorward: Doorward) -> None:
    doorward.world.edges.refusal = "no"
    result = doorward.run("keys", "rotate", "--now")
    assert result.exit_code == 1
    assert "Not every edge has confirmed yet" in result.stderr
    assert doorward.run("keys", "rotate").exit_code == 0


def test_a_rotation_as_json_is_one_document(doorward: Doorward) -> None:
    done = doorward.json("keys", "rotate", "--now")
    assert (done["key"]["state"], done["live"], len(done["removed"])) == ("current", True, 1)
