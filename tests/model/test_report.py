from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from doorward.model.ids import IdentityProviderId, SessionId
from doorward.model.report import Report, Whom
from tests.fakes.clock import START
from tests.nouns import identity

REPORT = Report(
    whom=Whom.person(identity()), name="disk", source="mdm", value="pass", reported=START, expires=START
)


@pytest.mark.parametrize(("seconds", "counts"), [(-1, True), (0, False), (1, False)])
def test_a_report_counts_until_it_expires(seconds: int, *, counts: bool) -> None:
    assert REPORT.is_current(START + timedelta(seconds=seconds)) is counts


def test_a_person_is_who_one_provider_says_whatever_their_address() -> None:
    ada = identity("ada@example.com")
    assert Whom.person(ada) == Whom.person(replace(ada, email="ada@new.example.com"))
    assert Whom.person(ada) != Whom.person(replace(ada, identity_provider=IdentityProviderId("other")))
    assert Whom.person(ada) != Whom.session(SessionId(ada.subject))


def test_a_new_report_takes_the_place_of_the_same_sources_under_the_same_name() -> None:
    assert REPORT.key == replace(REPORT, value="fail").key
    assert REPORT.key != replace(REPORT, source="agent").key
    assert REPORT.key != replace(REPORT, name="firewall").key
