"""The server as the standard describes it: discovery, versions, errors, searches."""

from __future__ import annotations

import json
from typing import Any

import pytest
import structlog

from doorward.model.errors import Unavailable
from doorward.scim.discovery import SHOWN
from doorward.scim.problems import ERROR
from doorward.scim.queries import MOST_WITH_MEMBERS
from tests.scim.server import GROUP, USER, Server


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
        ("POST", "/Users/x", 405),
        ("GET", "/Users/", 404),
        ("GET", "/Users/nobody", 404),
        ("PUT", "/Users/nobody", 404),
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


@pytest.mark.parametrize(
    ("changes", "scim_type"),
    [
        ({"active": "maybe"}, "invalidValue"),
        ({"userName": 7}, "invalidValue"),
        ({"userName": None}, "invalidValue"),
        ({"schemas": ["urn:other"]}, "invalidSyntax"),
        ({"emails": [{"value": 7}]}, "invalidValue"),
        ({"displayName": "x" * 513}, "invalidValue"),
    ],
)
def test_a_person_that_breaks_a_rule_is_not_made(
    server: Server, changes: dict[str, object], scim_type: str
) -> None:
    response = server.send("POST", "/Users", {"schemas": [USER], "userName": "ada", **changes})
    assert (response.status_code, response.json()["scimType"]) == (400, scim_type)
    assert server.get("/Users")["totalResults"] == 0


@pytest.mark.parametrize(
    ("operation", "scim_type"),
    [
        ({"op": "replace", "path": "userNmae", "value": "x"}, "invalidPath"),
        ({"op": "replace", "path": "id", "value": "x"}, "mutability"),
        ({"op": "replace", "path": "userName", "value": ""}, "invalidValue"),
        ({"op": "remove", "path": "userName"}, "mutability"),
        ({"op": "replace", "path": "active", "value": "perhaps"}, "invalidValue"),
    ],
)
def test_a_change_that_breaks_a_rule_changes_nothing(
    server: Server, operation: object, scim_type: str
) -> None:
    user = server.add_user()
    before = server.get(f"/Users/{user}")
    response = server.patch(f"/Users/{user}", {"op": "replace", "path": "active", "value": False}, operation)
    assert (response.status_code, response.json().get("scimType")) == (400, scim_type)
    assert server.get(f"/Users/{user}") == before


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


def test_a_version_is_sent_along_and_may_be_demanded(server: Server) -> None:
    user, group = server.add_user(), server.add_group("Engineers")
    for target in (f"/Users/{user}", f"/Groups/{group}"):
        tag = server.send("GET", target).headers["etag"]
        assert tag == 'W/"1"'
        assert server.send("GET", target, headers={"if-none-match": tag}).status_code == 304
        assert server.send("GET", target, headers={"if-none-match": 'W/"9"'}).status_code == 200
        assert server.send("GET", target, headers={"if-none-match": "*"}).status_code == 304
        for wrong in ('W/"9"', '"x"', 'W/"1", W/"2"', ""):
            for method in ("PUT", "PATCH", "DELETE"):
                body = {
                    "schemas": [
                        USER if "Users" in target else GROUP,
                        "urn:ietf:params:scim:api:messages:2.0:PatchOp",
                    ],
                    "userName": "x",
                    "displayName": "x",
                    "Operations": [{"op": "replace", "path": "displayName", "value": "x"}],
                }
                response = server.send(method, target, body, headers={"if-match": wrong})
                assert response.status_code == 412, (method, wrong, response.text)
        assert server.send("DELETE", target, headers={"if-match": tag}).status_code == 204


def test_any_version_will_do_where_any_is_said(server: Server) -> None:
    user = server.add_user()
    assert server.send("DELETE", f"/Users/{user}", headers={"if-match": "*"}).status_code == 204


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


def test_a_change_of_a_group_is_answered_with_it_where_attributes_are_asked_for(server: Server) -> None:
    group = server.add_group("Engineers")
    body = {"schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"]}
    changes = {**body, "Operations": [{"op": "replace", "path": "displayName", "value": "Builders"}]}
    response = server.send("PATCH", f"/Groups/{group}?attributes=displayName", changes)
    assert response.json() == {"schemas": [GROUP], "id": group, "displayName": "Builders"}


def test_a_list_of_groups_with_their_members_is_short(server: Server) -> None:
    for number in range(MOST_WITH_MEMBERS + 1):
        server.add_group(f"Group {number}")
    whole: Any = server.get("/Groups")
    assert (whole["itemsPerPage"], whole["totalResults"]) == (MOST_WITH_MEMBERS, MOST_WITH_MEMBERS + 1)
    assert server.get("/Groups?excludedAttributes=members")["itemsPerPage"] == MOST_WITH_MEMBERS + 1


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
