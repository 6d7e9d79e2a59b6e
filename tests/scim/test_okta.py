"""Okta's provisioning, with the very requests that it sends: of an app integration made with the
wizard (PUT), of one from its catalogue (PATCH without a path), and of Push Groups."""

from __future__ import annotations

from typing import Any

import pytest

from tests.scim.server import GROUP, SECRETS, USER, Server
from tests.services.sample import COMPANY


@pytest.fixture
def server() -> Server:
    return Server()


def oktas_user(**more: object) -> dict[str, object]:
    return {
        "schemas": [USER],
        "userName": "ada@example.com",
        "name": {"givenName": "Ada", "familyName": "Lovelace"},
        "emails": [{"primary": True, "value": "ada@example.com", "type": "work"}],
        "displayName": "Ada Lovelace",
        "locale": "en-US",
        "externalId": "00ujl29u0le5T6Aj10h7",
        "groups": [],
        "password": "1mz050nq",
        "active": True,
        **more,
    }


def add(server: Server) -> str:
    response = server.send("POST", "/Users", oktas_user())
    assert response.status_code == 201, response.text
    assert "password" not in response.text
    return str(response.json()["id"])


def test_the_test_of_the_credentials_lists_two_people(server: Server) -> None:
    for name in ("ada", "bob", "eve"):
        server.add_user(name)
    found: Any = server.get("/Users?startIndex=1&count=2")
    assert (found["totalResults"], found["startIndex"], found["itemsPerPage"]) == (3, 1, 2)
    assert len(found["Resources"]) == 2


def test_a_secret_without_bearer_is_what_header_authentication_sends(server: Server) -> None:
    response = server.send("GET", "/Users?count=1", headers={"authorization": SECRETS[COMPANY]})
    assert response.status_code == 200


def test_whether_a_person_exists_is_asked_by_user_name(server: Server) -> None:
    asked = "/Users?filter=userName%20eq%20%22ada%40example.com%22&startIndex=1&count=100"
    assert server.get(asked)["totalResults"] == 0
    add(server)
    assert server.get(asked)["totalResults"] == 1
    again = server.send("POST", "/Users", oktas_user())
    assert (again.status_code, again.json()["scimType"]) == (409, "uniqueness")


def test_a_wizards_integration_changes_and_deactivates_by_put(server: Server) -> None:
    user = add(server)
    changed = oktas_user(id=user, displayName="Augusta", meta={"resourceType": "User"}, emails=[])
    response = server.send("PUT", f"/Users/{user}", changed)
    assert response.status_code == 200
    assert (response.json()["displayName"], "emails" in response.json()) == ("Augusta", False)
    response = server.send("PUT", f"/Users/{user}", oktas_user(id=user, active=False))
    assert response.json()["active"] is False


def test_a_put_that_does_not_say_whether_somebody_is_active_leaves_them_as_they_are(server: Server) -> None:
    user = add(server)
    server.send("PUT", f"/Users/{user}", oktas_user(active=False))
    silent = {k: v for k, v in oktas_user().items() if k not in {"active", "externalId"}}
    for body in (silent, {**silent, "active": None}):
        response = server.send("PUT", f"/Users/{user}", body)
        assert response.json()["active"] is False
        assert response.json()["externalId"] == "00ujl29u0le5T6Aj10h7"


def test_a_catalogue_integration_deactivates_by_a_patch_without_a_path(server: Server) -> None:
    user = add(server)
    response = server.patch(f"/Users/{user}", {"op": "replace", "value": {"active": False}})
    assert (response.status_code, response.json()["active"]) == (200, False)
    response = server.patch(f"/Users/{user}", {"op": "replace", "value": {"active": True}})
    assert response.json()["active"] is True


def test_groups_are_pushed_renamed_filled_emptied_and_deleted(server: Server) -> None:
    ada, bob = server.add_user("ada"), server.add_user("bob")
    body = {
        "schemas": [GROUP],
        "displayName": "Engineers",
        "members": [{"value": ada, "display": "ada@example.com"}],
    }
    response = server.send("POST", "/Groups", body)
    assert response.status_code == 201
    group = response.json()["id"]
    target = f"/Groups/{group}"

    renamed = {"op": "replace", "value": {"id": group, "displayName": "Builders"}}
    assert server.patch(target, renamed).status_code == 204
    assert server.get(target)["displayName"] == "Builders"

    added = {"op": "add", "path": "members", "value": [{"value": bob, "display": "bob@example.com"}]}
    removed = {"op": "remove", "path": f'members[value eq "{ada}"]'}
    assert server.patch(target, removed, added).status_code == 204
    assert server.members(group) == {bob}

    replaced = {"op": "replace", "path": "members", "value": [{"value": ada}]}
    assert server.patch(target, replaced).status_code == 204
    assert server.members(group) == {ada}

    whole = {"schemas": [GROUP], "id": group, "displayName": "Crew", "members": [{"value": bob}]}
    assert server.send("PUT", target, whole).json()["members"][0]["value"] == bob
    assert server.get("/Groups?startIndex=1&count=100")["totalResults"] == 1
    assert server.send("DELETE", target).status_code == 204
    assert server.send("GET", target).status_code == 404
