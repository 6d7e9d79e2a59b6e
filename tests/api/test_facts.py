from __future__ import annotations

from typing import Any

import pytest

from tests.api.server import Api
from tests.services.sample import ADA
from tests.services.signing_in import enter
from tests.services.world import World


@pytest.fixture
def api() -> Api:
    return Api(World())


def fact(**changes: Any) -> dict[str, Any]:
    return {
        "email": "ada@example.com",
        "name": "disk",
        "value": "pass",
        "seconds": 60,
        "source": "mdm",
        **changes,
    }


def report(api: Api, *facts: dict[str, Any]) -> Any:
    answer = api.send("POST", "/facts", {"facts": list(facts)})
    assert answer.status_code == 201, answer.text
    return answer.json()


def test_facts_are_reported_listed_and_withdrawn(api: Api) -> None:
    enter(api.world, ADA)
    (session,) = api.send("GET", "/sessions").json()
    named = {"email": None, "session": session["id"]}
    kept = report(api, fact(), fact(**named, name="firewall"))
    assert [(f["name"], f["session"], f["email"]) for f in kept] == [
        ("disk", None, "ada@example.com"),
        ("firewall", session["id"], "ada@example.com"),
    ]
    assert len(api.send("GET", "/facts?email=ada@example.com").json()) == 2
    assert api.send("GET", "/facts?email=bob@example.com").json() == []
    ended = api.send("POST", "/facts/withdraw", {"session": session["id"]}).json()
    assert [f["name"] for f in ended] == ["firewall"]
    assert [f["name"] for f in api.send("GET", "/facts").json()] == ["disk"]


def test_somebody_who_is_not_signed_in_is_named_as_their_provider_names_them(api: Api) -> None:
    (kept,) = report(api, fact(email=None, identity_provider="company", subject="zoe-1"))
    assert (kept["identity_provider"], kept["subject"]) == ("company", "zoe-1")
    answer = api.send("POST", "/facts", {"facts": [fact(email="zoe@example.com")]})
    assert answer.status_code == 404


@pytest.mark.parametrize(
    "named",
    [
        {"email": None},
        {"session": "s1"},
        {"email": None, "identity_provider": "company"},
        {"email": None, "subject": "zoe"},
        {"identity_provider": "company", "subject": "zoe"},
    ],
)
def test_somebody_is_named_in_one_way(api: Api, named: dict[str, Any]) -> None:
    answer = api.send("POST", "/facts", {"facts": [fact(**named)]})
    assert answer.status_code == 400
    assert "give an email, a session" in answer.json()["error"]


def test_of_a_malformed_batch_nothing_is_kept(api: Api) -> None:
    answer = api.send("POST", "/facts", {"facts": [fact(), fact(name="no name")]})
    assert answer.status_code == 400
    assert answer.json()["error"].startswith("facts[1].name")
    assert api.send("GET", "/facts").json() == []
