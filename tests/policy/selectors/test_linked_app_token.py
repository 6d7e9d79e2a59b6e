from __future__ import annotations

from dataclasses import replace

import pytest

from doorward.model.errors import Invalid
from doorward.model.ids import ApplicationId
from doorward.model.rule import Selector
from doorward.policy.bounds import ANYTHING
from doorward.policy.match import Match
from doorward.policy.selectors import linked_app_token
from tests.policy.said import machine, nobody, person

WIKI = Selector("linked_app_token", "wiki")


def test_an_application_is_named_by_its_id() -> None:
    assert linked_app_token.parse("wiki", "f") == "wiki"
    with pytest.raises(Invalid, match="is not a name"):
        linked_app_token.parse("wiki.example.com", "f")


def test_a_proven_token_of_that_application_matches_and_nothing_else_does() -> None:
    assert linked_app_token.matches(WIKI, replace(nobody(), linked=ApplicationId("wiki"))) is Match.YES
    assert linked_app_token.matches(WIKI, replace(nobody(), linked=ApplicationId("mail"))) is Match.NO
    for request in (nobody(), machine(), person()):
        assert linked_app_token.matches(WIKI, request) is Match.NO


def test_it_is_left_to_the_control_plane() -> None:
    assert linked_app_token.bounds(WIKI) == ANYTHING
