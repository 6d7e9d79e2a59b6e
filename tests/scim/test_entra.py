"""Entra ID's provisioning service, with the very requests that it sends: its older form and the one
that ``?aadOptscim062020`` at the Tenant URL asks for.

The bodies are those of Microsoft's "Develop a SCIM endpoint" and "SCIM compliance" pages.
"""

from __future__ import annotations

from typing import Any

import pytest

from tests.scim.server import ENTERPRISE, PATCH, USER, Server

OBJECT_ID = "58342554-38d6-4ec8-948c-50044d0a33fd"
CORE = "urn:ietf:params:scim:schemas:core:2.0:User"


@pytest.fixture
def server() -> Server:
    return Server()


def entras_user(server: Server, **more: object) -> str:
    """Somebody as Entra creates them."""
    body = {
        "schemas": [USER, ENTERPRISE],
        "externalId": OBJECT_ID,
        "userName": "Ada_Lovelace@corp.example",
        "active": True,
        "displayName": "Ada Lovelace",
        "addresses": [{"primary": False, "type": "work", "country": "UK", "formatted": ""}],
        "emails": [{"primary": True, "type": "work", "value": "Ada@example.com"}],
        "meta": {"resourceType": "User"},
        "name": {"formatted": "givenName familyName", "familyName": "Lovelace", "givenName": "Ada"},
        "phoneNumbers": [],
        "preferredLanguage": "xx-invalid",
        "roles": [],
        ENTERPRISE: {"employeeNumber": "42", "manager": "m1"},
        **more,
    }
    response = server.send("POST", "/Users", body)
    assert response.status_code == 201, response.text
    assert response.headers["content-type"] == "application/scim+json"
    assert response.headers["location"].endswith(f"/Users/{response.json()['id']}")
    return str(response.json()["id"])


@pytest.mark.parametrize("kind", ["Users", "Groups"])
def test_the_test_connection_button_finds_nobody_and_that_is_no_error(server: Server, kind: str) -> None:
    entras_user(server)
    attribute = "userName" if kind == "Users" else "displayName"
    found = server.get(f'/{kind}?filter={attribute}+eq+"{OBJECT_ID}"')
    assert found == {
        "schemas": ["urn:ietf:params:scim:api:messages:2.0:ListResponse"],
        "totalResults": 0,
        "startIndex": 1,
        "itemsPerPage": 0,
        "Resources": [],
    }


def test_a_person_is_created_and_matched_by_user_name_and_by_external_id(server: Server) -> None:
    user = entras_user(server)
    found: Any = {}
    for text in (
        'userName eq "ada_lovelace@CORP.example"',
        f'externalId eq "{OBJECT_ID}"',
        f'externalId eq "{OBJECT_ID}" and active eq true',
        'emails[type eq "work"].value eq "ada@example.com"',
    ):
        found = server.get(f"/Users?filter={text}")
        assert [one["id"] for one in found["Resources"]] == [user]
    kept = {key: value for key, value in found["Resources"][0].items() if key not in {"id", "meta"}}
    assert kept == {
        "schemas": [USER],
        "externalId": OBJECT_ID,
        "userName": "Ada_Lovelace@corp.example",
        "displayName": "Ada Lovelace",
        "name": {"familyName": "Lovelace", "givenName": "Ada"},
        "emails": [{"type": "work", "value": "Ada@example.com"}],
        "active": True,
    }


OLDER = [
    ([{"op": "Replace", "path": "active", "value": "False"}], {"active": False}),
    ([{"op": "Replace", "path": "active", "value": "True"}], {"active": True}),
    ([{"op": "Add", "path": "active", "value": [{"$ref": None, "value": "False"}]}], {"active": False}),
    (
        [{"op": "Replace", "path": 'emails[type eq "work"].value', "value": "al@example.com"}],
        {"emails": [{"type": "work", "value": "al@example.com"}]},
    ),
    (
        [
            {"op": "Add", "path": "name.givenName", "value": "Augusta"},
            {"op": "Replace", "path": "displayName", "value": "Augusta Lovelace"},
        ],
        {"name": {"givenName": "Augusta", "familyName": "Lovelace"}, "displayName": "Augusta Lovelace"},
    ),
    ([{"op": "Add", "path": f"{ENTERPRISE}:manager", "value": "m2"}], {}),
    ([{"op": "Replace", "path": f"{ENTERPRISE}:manager", "value": [{"$ref": "../x", "value": "m2"}]}], {}),
    ([{"op": "Replace", "path": 'addresses[type eq "work"].country', "value": "FR"}], {}),
    ([{"op": "Add", "path": "title", "value": "Countess"}], {}),
    ([{"op": "Remove", "path": 'phoneNumbers[type eq "mobile"].value'}], {}),
    ([{"op": "Replace", "path": "userName", "value": "ada@corp.example"}], {"userName": "ada@corp.example"}),
]
NEWER = [
    ([{"op": "replace", "path": "active", "value": False}], {"active": False}),
    (
        [
            {
                "op": "replace",
                "value": {
                    "displayName": "Augusta",
                    "name.givenName": "Augusta",
                    "name.familyName": "King",
                    "active": False,
                    'emails[type eq "work"].value': "al@example.com",
                    f"{ENTERPRISE}:employeeNumber": "43",
                    'phoneNumbers[type eq "work"].value': "+44",
                },
            }
        ],
        {
            "displayName": "Augusta",
            "name": {"givenName": "Augusta", "familyName": "King"},
            "active": False,
            "emails": [{"type": "work", "value": "al@example.com"}],
        },
    ),
    ([{"op": "add", "value": {"externalId": "other"}}], {"externalId": "other"}),
    (
        [{"op": "replace", "path": f"{CORE}:displayName", "value": "Augusta"}],
        {"displayName": "Augusta"},
    ),
]


@pytest.mark.parametrize(("operations", "changed"), [*OLDER, *NEWER])
def test_a_change_of_a_person_is_understood(
    server: Server, operations: list[object], changed: dict[str, object]
) -> None:
    user = entras_user(server)
    before = server.get(f"/Users/{user}")
    response = server.patch(f"/Users/{user}", *operations)
    assert response.status_code == 200, response.text
    after = server.get(f"/Users/{user}")
    assert response.json() == after
    assert {k: v for k, v in after.items() if v != before[k] and k != "meta"} == {
        k: v for k, v in changed.items() if v != before.get(k)
    }


def test_an_address_may_be_replaced_where_there_was_none(server: Server) -> None:
    user = entras_user(server, emails=[])
    change = {"op": "Replace", "path": 'emails[type eq "work"].value', "value": "al@example.com"}
    assert server.patch(f"/Users/{user}", change).json()["emails"][0]["value"] == "al@example.com"


def test_a_soft_deletion_keeps_the_person_findable_and_a_hard_one_does_not(server: Server) -> None:
    user = entras_user(server)
    server.patch(f"/Users/{user}", {"op": "Replace", "path": "active", "value": "False"})
    found: Any = server.get('/Users?filter=userName eq "Ada_Lovelace@corp.example"')
    assert [one["active"] for one in found["Resources"]] == [False]
    assert server.send("DELETE", f"/Users/{user}").status_code == 204
    for method in ("GET", "DELETE"):
        assert server.send(method, f"/Users/{user}").status_code == 404


def entras_group(server: Server, *members: str) -> str:
    body = {
        "schemas": [
            "urn:ietf:params:scim:schemas:core:2.0:Group",
            "http://schemas.microsoft.com/2006/11/ResourceManagement/ADSCIM/2.0/Group",
        ],
        "externalId": "8aa1a0c0-c4c3-4bc0-b4a5-2ef676900159",
        "displayName": "Engineers",
        "meta": {"resourceType": "Group"},
        "members": [{"value": member} for member in members],
    }
    response = server.send("POST", "/Groups", body)
    assert response.status_code == 201, response.text
    return str(response.json()["id"])


def test_a_group_is_matched_by_its_name_and_read_without_its_members(server: Server) -> None:
    user = server.add_user()
    group = entras_group(server, user)
    found: Any = server.get('/Groups?excludedAttributes=members&filter=displayName eq "engineers"')
    assert [(one["id"], "members" in one) for one in found["Resources"]] == [(group, False)]
    assert "members" not in server.get(f"/Groups/{group}?excludedAttributes=members")
    for attribute in ("members", "members.value"):
        text = f'id eq "{group}" and {attribute} eq "{user}"'
        assert server.get(f"/Groups?excludedAttributes=members&filter={text}")["totalResults"] == 1


@pytest.mark.parametrize("newer", [False, True])
def test_members_are_added_and_removed(server: Server, *, newer: bool) -> None:
    ada, bob, eve = (server.add_user(name) for name in ("ada", "bob", "eve"))
    group = entras_group(server)
    add = {
        "op": "add" if newer else "Add",
        "path": "members",
        "value": [{"$ref": None, "value": ada}, {"value": bob}],
    }
    assert server.patch(f"/Groups/{group}", add, {**add, "value": [{"value": eve}]}).status_code == 204
    assert server.members(group) == {ada, bob, eve}
    removals: list[object] = (
        [{"op": "remove", "path": f'members[value eq "{one}"]'} for one in (ada, bob)]
        if newer
        else [{"op": "Remove", "path": "members", "value": [{"$ref": None, "value": ada}, {"value": bob}]}]
    )
    assert server.patch(f"/Groups/{group}", *removals).status_code == 204
    assert server.members(group) == {eve}


def test_removing_no_member_in_particular_removes_all_and_an_empty_list_none(server: Server) -> None:
    group = entras_group(server, server.add_user("ada"), server.add_user("bob"))
    server.patch(f"/Groups/{group}", {"op": "Remove", "path": "members", "value": []})
    assert len(server.members(group)) == 2
    server.patch(f"/Groups/{group}", {"op": "Remove", "path": "members"})
    assert server.members(group) == set()


@pytest.mark.parametrize(
    "operation",
    [
        {"op": "Replace", "path": "displayName", "value": "Builders"},
        {"op": "replace", "value": {"displayName": "Builders"}},
    ],
)
def test_a_group_is_renamed_and_keeps_its_members(server: Server, operation: object) -> None:
    ada = server.add_user("ada")
    group = entras_group(server, ada)
    assert server.patch(f"/Groups/{group}", operation).status_code == 204
    assert server.get(f"/Groups/{group}")["displayName"] == "Builders"
    assert server.members(group) == {ada}


def test_the_flag_of_the_tenant_url_may_come_along(server: Server) -> None:
    user = entras_user(server)
    body = {"schemas": [PATCH], "Operations": [{"op": "replace", "path": "active", "value": False}]}
    assert server.send("PATCH", f"/Users/{user}?aadOptscim062020", body).status_code == 200
