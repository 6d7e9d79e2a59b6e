from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from doorward.model.errors import Invalid
from doorward.model.fact import Fact
from doorward.model.report import Report, Whom
from doorward.policy.facts import canonical_name, canonical_value, current, settled
from tests.fakes.clock import START
from tests.nouns import identity
from tests.policy.said import machine, person

MINUTE = timedelta(minutes=1)


def report(name: str, value: str, *, source: str = "mdm", minutes: int = 5) -> Report:
    return Report(
        whom=Whom.person(identity()),
        name=name,
        source=source,
        value=value,
        reported=START,
        expires=START + minutes * MINUTE,
    )


def values(*reports: Report, now: datetime = START) -> dict[str, str]:
    return {name: fact.value for name, fact in settled(reports, now).items()}


@pytest.mark.parametrize(
    ("given", "name"), [(" Encrypted ", "encrypted"), ("os.patch-level_2", "os.patch-level_2")]
)
def test_a_name_is_kept_in_lower_case(given: str, name: str) -> None:
    assert canonical_name(given, field="f") == name


@pytest.mark.parametrize("given", ["", "-a", "a.", "a b", "ä", "a=b", "x" * 65])
def test_what_is_no_name_is_refused(given: str) -> None:
    with pytest.raises(Invalid, match="is not the name of a fact"):
        canonical_name(given, field="f")


def test_a_value_keeps_its_case_and_a_level_does_not() -> None:
    assert canonical_value("os", " Fedora 44 ", field="f") == "Fedora 44"
    assert canonical_value("risk", " High ", field="f") == "high"


def test_what_has_expired_is_not_there() -> None:
    assert values(report("encrypted", "pass"), now=START + 5 * MINUTE) == {}
    assert values(report("encrypted", "pass"), now=START + 4 * MINUTE) == {"encrypted": "pass"}


def test_sources_that_agree_are_believed_as_long_as_the_last_of_them() -> None:
    said = [report("encrypted", "pass"), report("encrypted", "pass", source="agent", minutes=9)]
    found = settled(said, START)["encrypted"]
    assert found == Fact(value="pass", expires=START + 9 * MINUTE, source="agent")


def test_sources_that_contradict_each_other_are_not_believed() -> None:
    said = [report("encrypted", "pass"), report("encrypted", "fail", source="agent", minutes=9)]
    assert values(*said) == {}
    assert values(*said, now=START + 6 * MINUTE) == {"encrypted": "fail"}


def test_of_several_levels_of_risk_the_highest_counts_while_it_lasts() -> None:
    said = [
        report("risk", "low", minutes=9),
        report("risk", "high", source="a"),
        report("risk", "none", source="b"),
    ]
    assert settled(said, START)["risk"] == Fact(value="high", expires=START + 5 * MINUTE, source="a")
    assert values(*said, now=START + 6 * MINUTE) == {"risk": "low"}


@pytest.mark.parametrize("known", [(), ("low",)])
def test_a_level_that_nobody_knows_leaves_the_risk_unknown(known: tuple[str, ...]) -> None:
    assert values(report("risk", "critical"), *(report("risk", level, source="a") for level in known)) == {}


def test_a_fact_is_one_of_a_person_at_a_time() -> None:
    fact = Fact(value="pass", expires=START + MINUTE)
    asked = replace(person(), facts={"encrypted": fact}, at=START)
    assert current(asked, "encrypted") == fact
    assert current(asked, "firewall") is None
    assert current(replace(asked, at=None), "encrypted") is None
    assert current(replace(asked, at=START + MINUTE), "encrypted") is None
    assert current(replace(machine(), facts={"encrypted": fact}, at=START), "encrypted") is None
