from __future__ import annotations

from dataclasses import replace

import pytest

from doorward.model.errors import Invalid
from doorward.model.ids import ApplicationId
from doorward.model.rule import Selector
from doorward.policy.expression import NEVER
from doorward.policy.selectors import linked_app_token
from tests.policy.said import machine, nobody, person

WIKI = Selector("linked_app_token", "wiki")


def test_an_application_is_named_by_its_id() -> None:
    assert linked_app_token.parse("wiki", "f") == "wiki"
    with pytest.raises(Invalid, match="is not a name"):
        linked_app_token.parse("wiki.example.com", "f")


def test_a_proven_token_of_that_application_matches_and_nothing_else_does() -> None:
    assert linked_app_token.matches(WIKI, replace(nobody(), linked=ApplicationId("wiki")))
    assert not linked_app_token.matches(WIKI, replace(nobody(), linked=ApplicationId("mail")))
    for request in (nobody(), machine(), person()):
        assert not linked_app_token.matches(WIKI, request)


def test_the_data_plane_lets_no_such_call_in() -> None:
    assert linked_app_token.expression(WIKI) == NEVER
