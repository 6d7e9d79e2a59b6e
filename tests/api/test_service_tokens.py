from __future__ import annotations

import asyncio
from typing import Any

import pytest

from doorward.api.service_tokens import report_body
from tests.api.server import Api
from tests.services.world import World

CI = "/service-tokens/ci"


@pytest.fixture
def api() -> Api:
    return Api(World())


def listed(api: Api) -> dict[str, Any]:
    return {token["name"]: token for token in api.send("GET", "/service-tokens").json()}


def test_a_token_is_listed_with_its_state_and_use_and_nothing_secret(api: Api) -> None:
    world = api.world
    world.sightings.note("ci.access", now=world.clock.now(), source="192.0.2.7")
    asyncio.run(world.service_token_upkeep.every_second())
    found = listed(api)["ci"]
    assert found == {
        "name": "ci",
        "client_id": "ci.access",
        "expires": None,
        "disabled": False,
        "previous_until": None,
        "state": "active",
        "credential": found["credential"],
        "last_seen": "2026-03-01T12:00:00+00:00",
        "last_source": "192.0.2.7",
    }
    reports = asyncio.run(world.service_tokens.listed())
    assert reports[0].token.secret_hash not in str(report_body(reports[0]))


def test_a_rotation_is_for_the_secret_that_was_shown(api: Api) -> None:
    body = {"credential": listed(api)["ci"]["credential"], "grace_hours": 1}
    first, second = (api.send("POST", f"{CI}/rotate", body) for _ in range(2))
    assert first.status_code == 200
    assert first.json()["previous_until"] == "2026-03-01T13:00:00+00:00"
    assert second.status_code == 409
    assert "rotated meanwhile" in second.json()["error"]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "credential"),
        ({"credential": "x", "grace_hours": -1}, "grace_hours"),
        ({"credential": "x", "grace_hours": 721}, "grace_hours"),
        ({"credential": "x", "grace": 1}, "grace"),
        ({"credential": 7}, "credential"),
    ],
)
def test_a_malformed_rotation_changes_nothing(api: Api, body: dict[str, object], field: str) -> None:
    before = listed(api)
    answer = api.send("POST", f"{CI}/rotate", body)
    assert (answer.status_code, field in answer.json()["error"]) == (422, True)
    assert listed(api) == before


def test_the_other_verbs_answer_with_what_the_token_is_then(api: Api) -> None:
    api.send("POST", "/service-tokens", {"name": "nightly", "days": 1})
    assert api.send("POST", "/service-tokens/nightly/refresh", {}).json()["expires"].startswith("2027-03-02")
    assert api.send("POST", f"{CI}/disable", {}).json()["disabled"] is True
    assert listed(api)["ci"]["state"] == "disabled"
    assert api.send("POST", f"{CI}/enable", {}).json()["disabled"] is False
    assert api.send("POST", f"{CI}/refresh", {}).status_code == 409
    assert api.send("DELETE", "/service-tokens/nightly").json() == {"deleted": "nightly"}
    assert api.send("DELETE", CI).status_code == 400
    for verb in ("refresh", "disable", "enable"):
        assert api.send("POST", f"/service-tokens/gone/{verb}", {}).status_code == 404
