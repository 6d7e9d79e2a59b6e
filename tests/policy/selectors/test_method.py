from __future__ import annotations

from dataclasses import replace

import pytest

from doorward.model.errors import Invalid
from doorward.model.rule import Selector
from doorward.policy.match import Match
from doorward.policy.selectors import method
from tests.policy.meaning import Facts, holds
from tests.policy.said import person

READING = Selector("method", "GET,HEAD")


@pytest.mark.parametrize(
    ("value", "canonical"),
    [("get", "GET"), ("HEAD, GET", "GET,HEAD"), ("GET,get", "GET"), ("PROPFIND", "PROPFIND")],
)
def test_methods_are_written_in_capitals_each_once(value: str, canonical: str) -> None:
    assert method.parse(value, "f") == canonical


@pytest.mark.parametrize("value", ["", "GET,", "TRACE", "CONNECT", "GET POST", "*", "G\u0415T"])
def test_what_reaches_no_application_is_no_method(value: str) -> None:
    with pytest.raises(Invalid, match="is not a method that reaches an application"):
        method.parse(value, "f")


def test_it_is_about_the_method_of_the_request() -> None:
    assert method.matches(READING, replace(person(), method="HEAD")) is Match.YES
    assert method.matches(READING, replace(person(), method="POST")) is Match.NO
    assert method.matches(READING, person()) is Match.UNKNOWN


def test_the_edge_knows_as_much() -> None:
    bounds = method.bounds(READING)
    assert bounds.certain == bounds.possible
    for asked, known in (("GET", True), ("HEAD", True), ("POST", False), ("get", False)):
        assert holds(bounds.certain, Facts(person().source, method=asked)) is known
