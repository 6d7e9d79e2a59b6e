from __future__ import annotations

import pytest

from doorward.model.errors import Invalid
from doorward.model.rule import Selector
from doorward.policy.bounds import ANYTHING
from doorward.policy.match import Match
from doorward.policy.selectors import san
from tests.policy.said import nobody
from tests.policy.selectors.certificates import shown


def test_it_gets_its_type() -> None:
    assert san.parse("Build.corp.com", "f") == "DNS:build.corp.com"
    with pytest.raises(Invalid, match="is not a subject alternative name"):
        san.parse("two words", "f")


@pytest.mark.parametrize(
    ("wanted", "match"),
    [
        ("DNS:build.corp.com", Match.YES),
        ("URI:spiffe://corp/build", Match.YES),
        ("DNS:corp.com", Match.NO),
        ("DNS:a.star.corp.com", Match.NO),
        ("DNS:*.star.corp.com", Match.YES),
        ("email:build.corp.com", Match.NO),
        ("URI:spiffe://corp/build/7", Match.NO),
    ],
)
def test_it_is_exactly_one_of_the_names(wanted: str, match: Match) -> None:
    request = shown(sans=("DNS:build.corp.com", "DNS:*.star.corp.com", "URI:spiffe://corp/build"))
    assert san.matches(Selector("san", wanted), request) is match


def test_without_a_certificate_nothing_is_known_and_the_data_plane_knows_never() -> None:
    assert san.matches(Selector("san", "DNS:a"), nobody()) is Match.UNKNOWN
    assert san.bounds(Selector("san", "DNS:a")) == ANYTHING
