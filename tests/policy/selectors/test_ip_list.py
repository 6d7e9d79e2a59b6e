from __future__ import annotations

from dataclasses import replace

import pytest

from doorward.model.errors import Invalid
from doorward.model.ids import ListId
from doorward.model.rule import Selector
from doorward.policy.bounds import ANYTHING
from doorward.policy.match import Match
from doorward.policy.selectors import ip_list
from tests.policy.said import nobody

OFFICES = Selector("ip_list", "offices")


def test_a_list_is_named_by_its_id() -> None:
    assert ip_list.parse("offices", "f") == "offices"
    with pytest.raises(Invalid, match="is not a name"):
        ip_list.parse("192.0.2.0/24", "f")


def test_a_source_on_it_matches() -> None:
    assert ip_list.matches(OFFICES, replace(nobody(), lists=frozenset({ListId("offices")}))) is Match.YES
    assert ip_list.matches(OFFICES, replace(nobody(), lists=frozenset())) is Match.NO
    assert ip_list.matches(OFFICES, nobody()) is Match.UNKNOWN


def test_its_name_alone_tells_the_edge_nothing() -> None:
    assert ip_list.bounds(OFFICES) == ANYTHING
