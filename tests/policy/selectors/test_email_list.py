from __future__ import annotations

from dataclasses import replace

import pytest

from doorward.model.errors import Invalid
from doorward.model.ids import ListId
from doorward.model.rule import Selector
from doorward.policy.match import Match
from doorward.policy.selectors import email_list
from tests.policy.said import machine, person

STAFF = Selector("email_list", "staff")
ON_IT = frozenset({ListId("staff")})


def test_a_list_is_named_by_its_id() -> None:
    assert email_list.parse("staff", "f") == "staff"
    with pytest.raises(Invalid, match="is not a name"):
        email_list.parse("The Staff", "f")


def test_who_is_on_it_matches_and_who_is_not_does_not() -> None:
    assert email_list.matches(STAFF, replace(person(), lists=ON_IT)) is Match.YES
    assert email_list.matches(STAFF, replace(person(), lists=frozenset())) is Match.NO


def test_a_machine_is_on_no_list_of_people() -> None:
    assert email_list.matches(STAFF, replace(machine(), lists=ON_IT)) is Match.NO


def test_where_nobody_looked_it_is_unknown() -> None:
    assert email_list.matches(STAFF, person()) is Match.UNKNOWN


def test_time_changes_no_list() -> None:
    assert email_list.until(STAFF, replace(person(), lists=ON_IT)) is None
