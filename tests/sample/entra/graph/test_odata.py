from __future__ import annotations

import pytest

from doorward.sample.entra.graph.answers import GraphError
from doorward.sample.entra.graph.odata import chosen, ids_in_filter, parse_filter, parse_search

ITEM = {"id": "1", "displayName": "O'Brien's Team, North", "accountEnabled": True, "description": "All hands"}


@pytest.mark.parametrize(
    ("text", "matches"),
    [
        ("startswith(displayName,'o''brien')", True),
        ("startswith(displayName, 'team')", False),
        ("displayName eq 'o''brien''s team, north'", True),
        ("accountEnabled eq true", True),
        ("accountEnabled eq false", False),
        ("id in ('0','1')", True),
        ("id in ('0')", False),
        ("id eq '0' or id eq '1'", True),
        ("displayName eq 'this or that' or id eq '0'", False),
        ("missing eq 'x'", False),
    ],
)
def test_filters(text: str, matches: bool) -> None:  # noqa: FBT001 -- a column of the table
    assert parse_filter(text)(ITEM) is matches


@pytest.mark.parametrize("text", ["", "id ne '1'", "id eq '1' and id eq '2'", "endswith(id,'1')", "id eq 1"])
def test_filters_that_the_directory_does_not_do(text: str) -> None:
    with pytest.raises(GraphError) as caught:
        parse_filter(text)
    assert caught.value.code == "Request_UnsupportedQuery"


@pytest.mark.parametrize(
    ("text", "matches"),
    [
        ('"displayName:team"', True),
        ('"displayName:north o"', True),
        ('"displayName:eam"', False),
        ('"displayName:x" OR "description:hand"', True),
        ('"displayName:"', False),
    ],
)
def test_searches(text: str, matches: bool) -> None:  # noqa: FBT001 -- a column of the table
    assert parse_search(text)(ITEM) is matches


@pytest.mark.parametrize("text", ["displayName:team", '"mail:x"', '"displayName:a" AND "description:b"'])
def test_searches_that_the_directory_does_not_do(text: str) -> None:
    with pytest.raises(GraphError):
        parse_search(text)


def test_ids_of_a_delta_query() -> None:
    assert ids_in_filter("") == ()
    assert ids_in_filter("id eq 'a' or id eq 'b'") == ("a", "b")
    for text in ("displayName eq 'a'", "id in ('a')"):
        with pytest.raises(GraphError):
            ids_in_filter(text)


def test_the_id_comes_even_unasked() -> None:
    assert chosen(ITEM, ["displayName", "unknown"], ()) == {"id": "1", "displayName": ITEM["displayName"]}
    assert chosen(ITEM, (), ["description"]) == {"id": "1", "description": "All hands"}
