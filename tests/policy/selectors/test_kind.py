from __future__ import annotations

from dataclasses import replace

from doorward.model.ids import ListId
from doorward.model.rule import Selector
from doorward.policy.bounds import exactly, in_token
from doorward.policy.expression import ClaimEquals
from doorward.policy.match import Match
from doorward.policy.selectors import email, email_list
from doorward.policy.selectors.kind import Exact, Judged
from tests.policy.said import person

ADA = Selector("email", "ada@corp.com")
STAFF = Selector("email_list", "staff")


def test_what_is_always_known_is_yes_or_no_and_the_edge_knows_it_too() -> None:
    kind = Exact(email)
    assert kind.matches(ADA, person("ada@corp.com")) is Match.YES
    assert kind.matches(ADA, person("bob@corp.com")) is Match.NO
    assert kind.bounds(ADA) == exactly(ClaimEquals("email", "ada@corp.com"))
    assert kind.parse("Ada@Corp.com", "f") == "ada@corp.com"
    assert (kind.actions, kind.narrowing) == (email.actions, email.narrowing)


def test_what_the_control_plane_judges_the_edge_reads_in_the_token() -> None:
    kind = Judged(email_list)
    assert kind.matches(STAFF, replace(person(), lists=frozenset({ListId("staff")}))) is Match.YES
    assert kind.matches(STAFF, person()) is Match.UNKNOWN
    assert kind.bounds(STAFF) == in_token(STAFF)
    assert kind.until(STAFF, person()) is None
