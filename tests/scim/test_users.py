"""The endpoints of people refuse what breaks a rule, and then change nothing."""

from __future__ import annotations

import pytest

from tests.scim.server import USER, Server


@pytest.fixture
def server() -> Server:
    return Server()


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
