"""What a request wants to see, and what of a resource goes out."""

from __future__ import annotations

from typing import Any

import pytest

from doorward.model.directory import Part
from doorward.scim.filters import USERS
from doorward.scim.problems import Problem
from doorward.scim.projection import Projection
from doorward.scim.queries import MOST, projection_of, query_of

RESOURCE = {
    "schemas": ["s"],
    "id": "1",
    "userName": "ada",
    "name": {"givenName": "Ada", "familyName": "Lovelace"},
    "emails": [{"value": "a@e", "type": "work"}],
    "meta": {"version": "1"},
}


@pytest.mark.parametrize(
    ("values", "part"),
    [
        ({}, Part(skip=0, count=MOST)),
        ({"startIndex": "3", "count": "2"}, Part(skip=2, count=2)),
        ({"startIndex": 3, "count": 2}, Part(skip=2, count=2)),
        ({"startIndex": "0", "count": "-1"}, Part(skip=0, count=0)),
        ({"startIndex": "-5", "count": "0"}, Part(skip=0, count=0)),
        ({"count": "9999999"}, Part(skip=0, count=MOST)),
        ({"startIndex": "9" * 40}, Part(skip=2**31 - 2, count=MOST)),
        ({"startIndex": "", "count": None}, Part(skip=0, count=MOST)),
    ],
)
def test_a_part_of_a_list_is_never_more_than_one_answer_holds(values: dict[str, Any], part: Part) -> None:
    assert query_of(values, USERS).part(MOST) == part


@pytest.mark.parametrize(
    "values",
    [
        {"startIndex": "x"},
        {"count": "1.5"},
        {"count": []},
        {"count": {}},
        {"filter": ["userName"]},
        {"attributes": [1]},
        {"excludedAttributes": {"a": 1}},
    ],
)
def test_a_question_that_makes_no_sense_is_refused(values: dict[str, Any]) -> None:
    with pytest.raises(Problem) as refused:
        query_of(values, USERS)
    assert refused.value.status == 400


@pytest.mark.parametrize(
    ("projection", "left"),
    [
        (Projection(), set(RESOURCE)),
        (Projection(wanted=frozenset({"USERNAME"})), {"schemas", "id", "userName"}),
        (Projection(wanted=frozenset({"nothing"})), {"schemas", "id"}),
        (Projection(unwanted=frozenset({"emails", "id", "schemas"})), set(RESOURCE) - {"emails"}),
        (
            Projection(wanted=frozenset({"urn:ietf:params:scim:schemas:core:2.0:User:userName"})),
            {"schemas", "id", "userName"},
        ),
    ],
)
def test_what_was_not_asked_for_stays_here_but_for_the_id(projection: Projection, left: set[str]) -> None:
    assert set(projection.of(RESOURCE)) == left


def test_parts_of_an_attribute_may_be_asked_for_or_not() -> None:
    wanted = projection_of({"attributes": "name.givenName, emails.value"}).of(RESOURCE)
    assert wanted == {"schemas": ["s"], "id": "1", "name": {"givenName": "Ada"}, "emails": [{"value": "a@e"}]}
    unwanted = projection_of({"excludedAttributes": ["name.givenName"]}).of(RESOURCE)
    assert unwanted["name"] == {"familyName": "Lovelace"}
    assert projection_of({"attributes": "name,name.givenName"}).of(RESOURCE)["name"] == RESOURCE["name"]
