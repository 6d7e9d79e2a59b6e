from __future__ import annotations

from datetime import timedelta

import pytest
import yaml

from doorward.model.errors import Unavailable
from doorward.services.audited.configurations import access_document_of
from tests.api.server import Api
from tests.services.sample import ADA, BOB
from tests.services.signing_in import enter
from tests.services.world import World

FILE = "version: 1\ntunnels:\n  - {name: office}\n  - {name: lab}\n"
WRONG_FILE = "version: 1\napplications:\n  - {id: a, hostname: 'no host', url: 'http://127.0.0.1'}\n"


@pytest.fixture
def api() -> Api:
    return Api(World())


def test_the_status_tells_every_part(api: Api) -> None:
    found = api.send("GET", "/status").json()
    assert found["ready"] is True
    assert [edge["id"] for edge in found["edges"]] == ["edge-1"]


def test_the_configuration_is_exported_without_secrets_unless_they_are_asked_for(api: Api) -> None:
    plain = api.send("GET", "/configuration").text
    whole = api.send("GET", "/configuration?with_secrets=true").text
    assert {a["id"] for a in yaml.safe_load(plain)["applications"]} == {"hello", "open", "closed"}
    assert "$argon2id$" not in plain
    assert "$argon2id$" in whole


def test_a_file_is_brought_into_force_and_told_of(api: Api) -> None:
    answer = api.send("POST", "/configuration", {"name": "access.yaml", "text": FILE})
    assert (answer.status_code, answer.json()["live"], answer.json()["refusal"]) == (200, True, "")
    assert "lab" in " ".join(answer.json()["changes"])
    assert [t["name"] for t in api.send("GET", "/tunnels").json()] == ["office", "lab"]


def test_a_dry_run_tells_and_changes_nothing(api: Api) -> None:
    body = {"name": "access.yaml", "text": FILE, "dry_run": True}
    outcome = api.send("POST", "/configuration", body).json()
    assert sorted(outcome) == ["after", "before", "changes", "live", "refusal", "version"]
    assert outcome["changes"]
    assert "lab" in access_document_of(outcome["after"])
    assert "lab" not in access_document_of(outcome["before"])
    assert [t["name"] for t in api.send("GET", "/tunnels").json()] == ["office"]


def test_a_wrong_file_is_told_with_file_and_line(api: Api) -> None:
    answer = api.send("POST", "/configuration", {"name": "access.yaml", "text": WRONG_FILE})
    assert answer.status_code == 400
    (problem,) = answer.json()["problems"]
    assert problem.startswith("access.yaml:3: ")
    assert "hostname" in problem


def test_a_tunnel_lives_from_its_creation_to_its_deletion(api: Api) -> None:
    made = api.send("POST", "/tunnels", {"name": "lab"})
    assert made.status_code == 201
    assert made.json()["token"].startswith("token of lab ")
    assert api.send("POST", "/tunnels", {"name": "lab"}).status_code == 409
    assert api.send("DELETE", "/tunnels/lab").json() == {"deleted": "lab"}
    assert api.send("DELETE", "/tunnels/lab").status_code == 404


def test_a_tunnel_that_is_in_use_is_not_deleted(api: Api) -> None:
    answer = api.send("DELETE", "/tunnels/office")
    assert answer.status_code == 409
    assert "hello" in answer.json()["error"]


def test_a_tunnels_token_stays_until_it_is_rotated(api: Api) -> None:
    first = api.send("POST", "/tunnels/office/token", {}).json()["token"]
    assert api.send("POST", "/tunnels/office/token", {}).json()["token"] == first
    assert api.send("POST", "/tunnels/office/token", {"rotate": True}).json()["token"] != first
    assert api.send("POST", "/tunnels/other/token", {}).status_code == 404


def test_tunnels_are_listed_with_what_they_serve(api: Api) -> None:
    (office,) = api.send("GET", "/tunnels").json()
    assert (office["state"], office["connectors"]) == ("down", [])
    assert "hello.example.com" in [place for a in office["applications"] for place in a["destinations"]]


def test_a_local_server_is_published_and_withdrawn(api: Api) -> None:
    body = {"hostname": "app.example.com", "url": "http://localhost:8080", "allow": ["ada@example.com"]}
    made = api.send("POST", "/publications", body)
    assert (made.status_code, made.json()["url"]) == (201, "https://app.example.com/")
    assert made.json()["token"]
    assert api.send("DELETE", "/publications/app.example.com").json() == {"withdrawn": "app.example.com"}
    assert api.send("POST", "/publications", {**body, "url": "ftp://x"}).status_code == 400


def test_sessions_are_listed_newest_first_and_by_person(api: Api) -> None:
    enter(api.world, ADA)
    api.world.clock.advance(timedelta(minutes=1))
    enter(api.world, BOB)
    listed = api.send("GET", "/sessions").json()
    assert [session["email"] for session in listed] == ["bob@example.com", "ada@example.com"]
    (ada,) = api.send("GET", "/sessions?email=Ada@example.com").json()
    assert ada["email"] == "ada@example.com"


def test_a_session_is_ended_by_its_id_and_only_once(api: Api) -> None:
    enter(api.world, ADA)
    (session,) = api.send("GET", "/sessions").json()
    (ended,) = api.send("POST", "/sessions/revoke", {"id": session["id"]}).json()
    assert ended["id"] == session["id"]
    assert api.send("GET", "/sessions").json() == []
    assert api.send("POST", "/sessions/revoke", {"id": session["id"]}).status_code == 404


def test_all_sessions_of_a_person_are_ended_and_nobody_elses(api: Api) -> None:
    for who in (ADA, ADA, BOB):
        enter(api.world, who)
    ended = api.send("POST", "/sessions/revoke", {"email": "ada@example.com"}).json()
    assert len(ended) == 2
    assert [s["email"] for s in api.send("GET", "/sessions").json()] == ["bob@example.com"]


@pytest.mark.parametrize("body", [{}, {"id": "s", "email": "ada@example.com"}])
def test_ending_sessions_takes_an_id_or_a_person(api: Api, body: dict[str, str]) -> None:
    enter(api.world, ADA)
    answer = api.send("POST", "/sessions/revoke", body)
    assert (answer.status_code, answer.json()["error"]) == (400, "id: give either id or email")
    assert len(api.send("GET", "/sessions").json()) == 1


def test_a_service_tokens_secret_is_told_once_and_it_can_be_deleted(api: Api) -> None:
    made = api.send("POST", "/service-tokens", {"name": "nightly", "days": 30})
    assert made.status_code == 201
    listed = api.send("GET", "/service-tokens")
    assert made.json()["secret"] not in listed.text
    nightly = next(t for t in listed.json() if t["name"] == "nightly")
    assert nightly["expires"] == (api.world.clock.now() + timedelta(days=30)).isoformat()
    assert api.send("POST", "/service-tokens", {"name": "nightly"}).status_code == 409
    assert api.send("DELETE", "/service-tokens/nightly").json() == {"deleted": "nightly"}
    assert api.send("DELETE", "/service-tokens/nightly").status_code == 404


def test_a_service_token_that_a_rule_names_is_not_deleted(api: Api) -> None:
    assert api.send("DELETE", "/service-tokens/ci").status_code == 400
    assert [t["name"] for t in api.send("GET", "/service-tokens").json()] == ["ci"]


@pytest.mark.parametrize(
    ("target", "body", "named"),
    [
        ("/tunnels", {}, "name"),
        ("/tunnels", {"name": "lab", "colour": "red"}, "colour"),
        ("/configuration", {"name": "f"}, "text"),
        ("/service-tokens", {"name": "a", "days": 0}, "days"),
        ("/tunnels/office/token", {"rotate": "perhaps"}, "rotate"),
    ],
)
def test_a_malformed_body_is_told_by_its_field(
    api: Api, target: str, body: dict[str, object], named: str
) -> None:
    answer = api.send("POST", target, body)
    assert answer.status_code == 422
    assert answer.json()["error"].startswith(f"{named}: ")


def test_a_store_that_does_not_answer_is_503(api: Api) -> None:
    api.world.stores.faults.error = Unavailable("the database does not answer")
    answer = api.send("GET", "/tunnels")
    assert (answer.status_code, answer.json()) == (503, {"error": "the database does not answer"})


def test_the_api_shows_no_pages_of_its_own(api: Api) -> None:
    for target in ("/docs", "/redoc", "/"):
        assert api.send("GET", target).status_code == 404


def test_applications_are_listed_with_their_audiences(api: Api) -> None:
    found = api.send("GET", "/applications").json()
    assert {one["id"]: one["audience"] for one in found} == {
        name: f"audience-of-{name}" for name in ("hello", "open", "closed")
    }
