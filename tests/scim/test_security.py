"""What a hostile or careless directory must not bring about."""

from __future__ import annotations

import asyncio
import time
from dataclasses import replace

import pytest

from doorward.model.access import Identity
from doorward.model.errors import SignInRefused
from tests.scim.server import GROUP, PARTNER, SECRETS, Server
from tests.services.sample import COMPANY, STAFF, person

EVE = person("eve", "engineers", provider=COMPANY)
TENANT, OBJECT = "9188040d-6c67-4c5b-b112-36a304b66dad", "58342554-38d6-4ec8-948c-50044d0a33fd"


@pytest.fixture
def server() -> Server:
    return Server()


@pytest.mark.parametrize("value", ["False", "false", False])
def test_who_was_deactivated_is_signed_out_at_once_and_not_let_in_again(
    server: Server, value: object
) -> None:
    user, session = server.add_user("eve"), server.sign_in(EVE)
    server.patch(f"/Users/{user}", {"op": "Replace", "path": "active", "value": value})
    assert server.session(session).revoked == server.world.clock.now()
    assert "disabled" in server.session(session).why_revoked
    with pytest.raises(SignInRefused):
        server.sign_in(EVE)
    server.patch(f"/Users/{user}", {"op": "Replace", "path": "active", "value": "True"})
    assert server.session(server.sign_in(EVE)).revoked is None


def test_who_was_deleted_is_signed_out_at_once_and_not_let_in_again(server: Server) -> None:
    user, session = server.add_user("eve"), server.sign_in(EVE)
    assert server.send("DELETE", f"/Users/{user}").status_code == 204
    assert server.session(session).revoked == server.world.clock.now()
    with pytest.raises(SignInRefused, match="deleted"):
        server.sign_in(EVE)


def test_a_person_in_entra_is_found_by_object_id_whatever_the_names(server: Server) -> None:
    person = Identity(identity_provider=COMPANY, subject=f"{TENANT}:{OBJECT}", email="old@example.com")
    user, session = server.add_user("new", externalId=OBJECT), server.sign_in(person)
    server.patch(f"/Users/{user}", {"op": "replace", "value": {"active": False}})
    assert server.session(session).revoked is not None


def test_one_directory_cannot_touch_the_people_of_another_provider(server: Server) -> None:
    """The partner pushes the same person by every name there is, and shuts them out."""
    others = [server.sign_in(EVE), server.sign_in(replace(EVE, identity_provider=STAFF))]
    intruder = server.add_user("eve", provider=PARTNER, externalId=EVE.subject, active=False)
    server.add_group("engineers", intruder, provider=PARTNER)
    server.send("DELETE", f"/Users/{intruder}", provider=PARTNER)
    assert [server.session(session).identity.groups for session in others] == [{"engineers"}] * 2
    assert all(server.session(session).revoked is None for session in others)
    assert server.sign_in(EVE).identity == EVE


def test_one_directory_cannot_read_or_change_anothers_things(server: Server) -> None:
    user, group = server.add_user("eve"), server.add_group("Engineers")
    for target in (f"/Users/{user}", f"/Groups/{group}"):
        for method in ("GET", "DELETE"):
            assert server.send(method, target, provider=PARTNER).status_code == 404
    assert server.get("/Users", provider=PARTNER)["totalResults"] == 0
    assert server.get(f'/Users?filter=id eq "{user}"', provider=PARTNER)["totalResults"] == 0
    body = {"schemas": [GROUP], "displayName": "Theirs", "members": [{"value": user}]}
    assert "members" not in server.send("POST", "/Groups", body, provider=PARTNER).json()
    wrong = {"authorization": f"Bearer {SECRETS[PARTNER]}"}
    assert server.send("DELETE", f"/Users/{user}", headers=wrong).status_code == 401


def test_a_directory_makes_nobody_who_is_signed_in(server: Server) -> None:
    server.add_group("engineers", server.add_user("eve"))
    world = server.world
    assert list(asyncio.run(world.stores.sessions.listed(now=world.clock.now()))) == []


def test_groups_of_a_push_take_the_place_of_those_of_the_token(server: Server) -> None:
    session = server.sign_in(EVE)
    eve = server.add_user("eve")
    group = server.add_group("Builders", eve)
    assert server.session(session).identity.groups == {"Builders", group}
    server.patch(f"/Groups/{group}", {"op": "Remove", "path": "members", "value": [{"value": eve}]})
    assert server.session(session).identity.groups == frozenset()
    assert server.sign_in(EVE).identity.groups == frozenset()


@pytest.mark.parametrize(
    "text",
    [
        "userName eq \"x' OR '1'='1\"",
        'userName eq "x\\" or userName pr or userName eq \\""',
        'userName eq "%"',
        'userName eq "_______________"',
    ],
)
def test_a_filters_value_is_only_ever_compared(server: Server, text: str) -> None:
    server.add_user("eve")
    response = server.send("GET", "/Users", None, headers={}, content=None)
    assert response.json()["totalResults"] == 1
    found = server.send("POST", "/Users/.search", {"filter": text})
    assert found.json()["totalResults"] == 0


def test_ten_thousand_members_come_and_go_in_a_moment(server: Server) -> None:
    people = [server.add_user(f"p{number}") for number in range(50)]
    group = server.add_group("Everybody")
    many = [{"value": one} for one in people] + [{"value": f"{n:032x}"} for n in range(9_950)]
    begun = time.monotonic()
    assert (
        server.patch(f"/Groups/{group}", {"op": "Add", "path": "members", "value": many}).status_code == 204
    )
    one_by_one = [{"op": "remove", "path": f'members[value eq "{one["value"]}"]'} for one in many]
    assert server.patch(f"/Groups/{group}", *one_by_one).status_code == 204
    assert server.members(group) == set()
    assert time.monotonic() - begun < 5
