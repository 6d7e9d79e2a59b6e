from __future__ import annotations

from urllib.parse import parse_qs, unquote

import httpx
import pytest

from doorward.identity.entra.graph_answers import GraphRefused
from doorward.identity.entra.group_search import find_groups
from doorward.ports.identity import GroupFound
from tests.identity.entra.test_graph import Answering

ID = "11f6a037-b490-4182-9376-5041c2a46f66"
GROUP = {"id": ID.upper(), "displayName": "Engineering", "description": "Builds\nthings"}


def search(text: str, answer: httpx.Response) -> tuple[list[GroupFound], httpx.Request]:
    answering = Answering([answer])
    found: list[GroupFound] = answering.run(lambda graph: find_groups(graph, text))
    return found, answering.asked[0]


def groups(*found: object) -> httpx.Response:
    return httpx.Response(200, json={"value": list(found)})


def test_groups_are_found_by_the_beginning_of_a_word() -> None:
    found, asked = search("eng", groups(GROUP, {"id": "x"}, 7))
    assert found == [GroupFound(id=ID, name="Engineering", description="Builds things")]
    query = parse_qs(asked.url.query.decode())
    assert query["$search"] == ['"displayName:eng"']
    assert query["$count"] == ["true"]
    assert asked.headers["consistencylevel"] == "eventual"


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ('eng" OR "displayName:sales', '"displayName:eng OR displayName:sales"'),
        ("eng\\", '"displayName:eng"'),
        ("R&D $filter=x", '"displayName:R&D $filter=x"'),
        ("a'b", '"displayName:a\'b"'),
        ("eng\r\n", '"displayName:eng"'),
        ("Müller", '"displayName:Müller"'),
    ],
)
def test_what_somebody_types_stays_one_value(text: str, value: str) -> None:
    _, asked = search(text, groups())
    parameters = asked.url.query.decode().split("&")
    assert unquote(parameters[0]) == f"$search={value}"
    assert [parameter.partition("=")[0] for parameter in parameters] == [
        "$search", "$select", "$count", "$top", "$orderby",
    ]  # fmt: skip


def test_nothing_typed_shows_the_first_groups() -> None:
    for text in ("", "  ", '"'):
        _, asked = search(text, groups(GROUP))
        assert "$search" not in str(asked.url)


def test_a_pasted_id_finds_its_group_and_an_unknown_one_nothing() -> None:
    found, asked = search(f" {ID.upper()}\n", httpx.Response(200, json=GROUP))
    assert [group.id for group in found] == [ID]
    assert asked.url.path == f"/v1.0/groups/{ID}"
    assert search(ID, httpx.Response(404, json={"error": {}}))[0] == []


@pytest.mark.parametrize("text", ["eng", ID])
def test_a_missing_permission_is_told(text: str) -> None:
    with pytest.raises(GraphRefused, match="permission"):
        search(text, httpx.Response(403, json={"error": {}}))
