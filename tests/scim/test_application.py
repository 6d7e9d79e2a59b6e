"""The server as the standard describes it: discovery, versions, errors, searches."""

from __future__ import annotations

import json
from typing import Any

import pytest
import structlog

from doorward.model.errors import Unavailable
from doorward.scim.discovery import SHOWN
from doorward.scim.problems import ERROR
from tests.scim.server import GROUP, USER, Server

NOBODY = "0" * 32


@pytest.fixture
def server() -> Server:
    return Server()


def test_the_server_says_what_it_can_do(server: Server) -> None:
    config: Any = server.get("/ServiceProviderConfig")
    supported = {name for name, value in config.items() if isinstance(value, dict) and value.get("supported")}
    assert supported == {"patch", "filter", "etag"}


def test_the_schemas_promise_what_is_kept_and_no_more(server: Server) -> None:
    listed: Any = server.get("/Schemas")
    assert {s["id"]: {a["name"] for a in s["attributes"]} for s in listed["Resources"]} == {
        schema: set(shown) for schema, shown in SHOWN.items()
    }
    one: Any = server.get(f"/Schemas/{USER}")
    [emails] = [a for a in one["attributes"] if a["name"] == "emails"]
    assert {sub["name"] for sub in emails["subAttributes"]} == {"value", "type"}


def test_the_kinds_of_resources_are_listed_and_found_by_name(server: Server) -> None:
    listed: Any = server.get("/ResourceTypes")
    assert [kind["schema"] for kind in listed["Resources"]] == [USER, GROUP]
    assert server.get("/ResourceTypes/User")["endpoint"] == "/Users"
    assert server.send("GET", "/ResourceTypes/Device").status_code == 404
    assert server.send("GET", '/ResourceTypes?filter=name eq "User"').status_code == 403


@pytest.mark.parametrize(
    ("method", "target", "status"),
    [
        ("POST", "/Bulk", 501),
        ("POST", "/.search", 501),
        ("GET", "/Me", 501),
        ("GET", "/Devices", 404),
        ("DELETE", "/Users", 405),
        ("POST", f"/Users/{NOBODY}", 405),
        ("GET", "/Users/", 404),
        ("GET", f"/Users/{NOBODY}", 404),
        ("PUT", f"/Users/{NOBODY}", 404),
        ("DELETE", "/Groups/nothing", 404),
        ("GET", "/Users?filter=userName pr", 400),
    ],
)
def test_an_error_is_told_in_scims_words(server: Server, method: str, target: str, status: int) -> None:
    response = server.send(method, target, {} if method == "PUT" else None)
    assert response.status_code == status
    assert response.headers["content-type"] == "application/scim+json"
    body = response.json()
    assert (body["schemas"], body["status"]) == ([ERROR], str(status))
    assert body["detail"]


def test_a_body_of_another_kind_or_too_large_is_refused(server: Server) -> None:
    for kind, content, status in (
        ("text/plain", b"{}", 415),
        ("application/x-www-form-urlencoded", b"a=b", 415),
        ("application/json", b'{"x": "' + b"x" * 1024 * 1024 + b'"}', 413),
        ("application/json", b'{"a":' + b"[" * 10_000, 400),
        ("application/json", b"", 400),
    ):
        response = server.send("POST", "/Users", content=content, headers={"content-type": kind})
        assert response.status_code == status


@pytest.mark.parametrize("kind", ["application/json", "application/scim+json", "Application/SCIM+json; x=y"])
def test_both_kinds_of_json_are_read(server: Server, kind: str) -> None:
    content = json.dumps({"schemas": [USER], "userName": "ada"}).encode()
    response = server.send("POST", "/Users", content=content, headers={"content-type": kind})
    assert response.status_code == 201


def test_a_search_in_a_body_is_a_list_like_any_other(server: Server) -> None:
    ada = server.add_user("ada")
    server.add_user("bob")
    group = server.add_group("Engineers", ada)
    asked = {"schemas": ["urn:ietf:params:scim:api:messages:2.0:SearchRequest"], "attributes": ["userName"]}
    found = server.send("POST", "/Users/.search", {**asked, "filter": 'userName eq "ada@example.com"'})
    assert found.json()["Resources"] == [{"schemas": [USER], "id": ada, "userName": "ada@example.com"}]
    found = server.send(
        "POST", "/Groups/.search", {"filter": f'members eq "{ada}"', "excludedAttributes": ["members"]}
    )
    assert [one["id"] for one in found.json()["Resources"]] == [group]


def test_a_database_that_is_away_is_not_the_directorys_fault(server: Server) -> None:
    server.world.stores.faults.error = Unavailable("the database is locked")
    response = server.send("GET", "/Users")
    assert (response.status_code, response.json()["status"]) == (503, "503")


def test_a_fault_of_ours_is_logged_and_not_told(server: Server) -> None:
    server.world.stores.directory.users = None  # type: ignore[method-assign,assignment]  # a fault
    with structlog.testing.capture_logs() as logged:
        response = server.send("GET", "/Users")
    assert (response.status_code, response.json()["status"]) == (500, "500")
    assert "NoneType" not in response.text
    assert [entry["log_level"] for entry in logged] == ["error"]
