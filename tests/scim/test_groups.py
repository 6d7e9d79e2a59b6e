"""The endpoints of groups, which may be large."""

from __future__ import annotations

from typing import Any

import pytest

from doorward.scim.queries import MOST_WITH_MEMBERS
from tests.scim.server import GROUP, Server


@pytest.fixture
def server() -> Server:
    return Server()


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
