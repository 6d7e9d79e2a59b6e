from __future__ import annotations

import json
from datetime import UTC, datetime

import httpx
import pytest

from doorward.identity.entra.graph import IN_THE_BACKGROUND
from doorward.identity.entra.graph_answers import GraphRefused
from doorward.identity.entra.standings import read_standings
from doorward.ports.identity import Standing
from tests.identity.entra.test_graph import Answering

ADA, BOB = "a1d0a5e2-6f4b-4c3d-8e21-0b9c7d5f1a11", "b2e1b6f3-705c-4d4e-9f32-1c0d8e602b22"
GROUPS = [f"11f6a037-b490-4182-9376-5041c2a46{number:03x}" for number in range(25)]
WELL = {"accountEnabled": True, "signInSessionsValidFromDateTime": "2026-11-23T10:00:00Z"}
SINCE = datetime(2026, 11, 23, 10, tzinfo=UTC)


def part(number: int, body: object, status: int = 200) -> dict[str, object]:
    return {"id": str(number), "status": status, "headers": {}, "body": body}


def read(
    *parts: dict[str, object], people: tuple[str, ...] = (ADA,), groups: tuple[str, ...] = ()
) -> tuple[dict[str, Standing], Answering]:
    answering = Answering([httpx.Response(200, json={"responses": list(parts)})])
    found = answering.run(lambda graph: read_standings(graph, people, frozenset(groups)), IN_THE_BACKGROUND)
    return found, answering


def asked(answering: Answering) -> list[dict[str, object]]:
    return [step for request in answering.asked for step in json.loads(request.content)["requests"]]


def test_a_person_is_asked_about_in_one_batch_with_the_groups_of_policies() -> None:
    found, answering = read(
        part(0, WELL), part(1, {"value": [GROUPS[0].upper()]}), groups=(GROUPS[0], GROUPS[1])
    )
    assert found == {ADA: Standing(enabled=True, groups=frozenset({GROUPS[0]}), valid_from=SINCE)}
    assert len(answering.asked) == 1
    user, member = asked(answering)
    assert str(user["url"]).startswith(f"/users/{ADA}?$select=id,accountEnabled,signInSessionsValidFrom")
    assert member["body"] == {"groupIds": [GROUPS[0], GROUPS[1]]}


def test_twenty_groups_go_into_one_part() -> None:
    found, answering = read(
        part(0, WELL), part(1, {"value": [GROUPS[0]]}), part(2, {"value": [GROUPS[24]]}), groups=tuple(GROUPS)
    )
    assert found[ADA].groups == {GROUPS[0], GROUPS[24]}
    sizes = [len(step["body"]["groupIds"]) for step in asked(answering)[1:]]  # type: ignore[index]  # JSON
    assert sizes == [20, 5]


def test_names_of_other_providers_groups_are_not_asked_for() -> None:
    _, answering = read(part(0, WELL), groups=("engineers", "../x", GROUPS[0].upper()))
    assert len(asked(answering)) == 1


def test_somebody_disabled_or_deleted_is_not_welcome() -> None:
    found, _ = read(
        part(0, WELL | {"accountEnabled": False}),
        part(1, {"error": {"code": "Request_ResourceNotFound"}}, 404),
        people=(ADA, BOB),
    )
    assert not found[ADA].enabled
    assert found[BOB] == Standing(enabled=False)


def test_a_deleted_person_is_known_though_their_groups_are_not_found_either() -> None:
    gone = {"error": {"code": "Request_ResourceNotFound"}}
    found, _ = read(part(0, gone, 404), part(1, gone, 404), groups=(GROUPS[0],))
    assert found == {ADA: Standing(enabled=False)}


@pytest.mark.parametrize(
    "parts",
    [
        (part(0, {}, 429), part(1, {"value": []})),
        (part(0, WELL), part(1, {}, 429)),
        (part(0, WELL), part(1, {}, 500)),
        (part(0, WELL), part(1, {"value": "x"})),
        (part(0, WELL),),
        (),
    ],
)
def test_whose_standing_is_not_all_there_is_left_out(parts: tuple[dict[str, object], ...]) -> None:
    found, _ = read(*parts, part(2, WELL), part(3, {"value": []}), people=(ADA, BOB), groups=(GROUPS[0],))
    assert list(found) == [BOB]


@pytest.mark.parametrize(
    "parts",
    [
        (part(0, {"error": {"code": "Authorization_RequestDenied"}}, 403), part(1, {"value": []})),
        (part(0, WELL), part(1, {"error": {"code": "Authorization_RequestDenied"}}, 403)),
        (part(0, WELL | {"accountEnabled": None}), part(1, {"value": []})),
    ],
)
def test_a_missing_permission_is_told_and_nobody_is_signed_out_for_it(
    parts: tuple[dict[str, object], ...],
) -> None:
    with pytest.raises(GraphRefused, match="permission"):
        read(*parts, groups=(GROUPS[0],))


@pytest.mark.parametrize("value", [None, "yesterday", 7, "2026-11-23T10:00:00"])
def test_an_instant_that_is_none_ends_no_session(value: object) -> None:
    found, _ = read(part(0, WELL | {"signInSessionsValidFromDateTime": value}))
    assert found[ADA].valid_from is None


def test_nobody_is_asked_about_without_people() -> None:
    found, answering = read(people=())
    assert found == {}
    assert answering.asked == []


def test_what_is_no_id_never_becomes_part_of_an_address() -> None:
    found, answering = read(people=("../groups", "ada@example.com"))
    assert found == {}
    assert answering.asked == []
