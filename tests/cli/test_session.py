from __future__ import annotations

from tests.cli.commands import Doorward
from tests.services.sample import ADA, BOB
from tests.services.signing_in import enter


def test_who_is_signed_in_is_listed(doorward: Doorward) -> None:
    assert doorward.says("session", "list") == "Nobody is signed in.\n"
    enter(doorward.world, ADA)
    enter(doorward.world, BOB)
    shown = doorward.says("session", "list")
    assert "ada@example.com" in shown
    assert "bob@example.com" in shown
    assert "bob@example.com" not in doorward.says("session", "list", "--email", "ada@example.com")


def test_a_session_is_ended_by_its_id(doorward: Doorward) -> None:
    enter(doorward.world, ADA)
    (session,) = doorward.json("session", "list")
    assert "ada@example.com" in doorward.says("session", "revoke", session["id"])
    assert doorward.json("session", "list") == []
    again = doorward.run("session", "revoke", session["id"])
    assert again.exit_code == 1
    assert "has ended already" in again.stderr


def test_all_of_a_persons_sessions_are_ended(doorward: Doorward) -> None:
    for who in (ADA, ADA, BOB):
        enter(doorward.world, who)
    ended = doorward.json("session", "revoke", "--email", "ada@example.com")
    assert [session["email"] for session in ended] == ["ada@example.com"] * 2
    assert "no live session" in doorward.says("session", "revoke", "--email", "ada@example.com")
    assert [session["email"] for session in doorward.json("session", "list")] == ["bob@example.com"]


def test_ending_takes_an_id_or_a_person(doorward: Doorward) -> None:
    enter(doorward.world, ADA)
    for words in ((), ("s", "--email", "ada@example.com")):
        assert doorward.run("session", "revoke", *words).exit_code == 2
    assert len(doorward.json("session", "list")) == 1


def test_what_is_no_address_is_told(doorward: Doorward) -> None:
    result = doorward.run("session", "list", "--email", "ada")
    assert result.exit_code == 1
    assert result.stderr.startswith("doorward: email")
