from __future__ import annotations

import pytest

from tests.cli.commands import Doorward
from tests.services.sample import ADA
from tests.services.signing_in import enter

PERSON = ("--email", "ada@example.com")


def test_facts_are_set_listed_and_cleared(doorward: Doorward) -> None:
    assert doorward.says("fact", "list") == "Nothing is reported.\n"
    shown = doorward.says("fact", "set", *PERSON, "disk", "os=Fedora 44", "--for", "1h", "--source", "mdm")
    assert "Fedora 44" in shown
    facts = doorward.json("fact", "list", *PERSON)
    assert [(f["name"], f["value"], f["source"]) for f in facts] == [
        ("disk", "pass", "mdm"),
        ("os", "Fedora 44", "mdm"),
    ]
    assert [f["name"] for f in doorward.json("fact", "clear", *PERSON, "os")] == ["os"]
    assert "disk" in doorward.says("fact", "clear", *PERSON)
    assert "nothing to withdraw" in doorward.says("fact", "clear", *PERSON)


def test_a_fact_of_one_session(doorward: Doorward) -> None:
    enter(doorward.world, ADA)
    (session,) = doorward.json("session", "list")
    (fact,) = doorward.json("fact", "set", "--session", session["id"], "risk=low", "--for", "30m")
    assert (fact["session"], fact["source"]) == (session["id"], "command line")


@pytest.mark.parametrize(
    "words",
    [
        ("set", "disk", "--for", "1h"),
        ("set", *PERSON, "--session", "s", "disk", "--for", "1h"),
        ("set", *PERSON, "disk"),
        ("set", *PERSON, "disk", "--for", "an hour"),
        ("clear",),
    ],
)
def test_what_is_missing_or_makes_no_sense_is_told(doorward: Doorward, words: tuple[str, ...]) -> None:
    assert doorward.run("fact", *words).exit_code == 2
    assert doorward.json("fact", "list") == []


def test_what_the_control_plane_refuses_is_told_in_a_sentence(doorward: Doorward) -> None:
    result = doorward.run("fact", "set", *PERSON, "risk=severe", "--for", "1h")
    assert result.exit_code == 1
    assert "use one of none, low, medium, high" in result.stderr
