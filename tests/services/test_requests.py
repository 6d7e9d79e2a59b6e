from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from doorward.model.access import AccessRequest
from doorward.model.ids import ListId, ServiceTokenId
from doorward.model.named_list import ListKind, NamedList
from tests.fakes.stores import FakeStores
from tests.services.sample import SOURCE, configuration
from tests.services.signing_in import signed_in
from tests.services.world import World

STAFF = NamedList(id=ListId("staff"), kind=ListKind.EMAIL, items=("ada@example.com",))
OFFICE = NamedList(id=ListId("office"), kind=ListKind.IP, items=(f"{SOURCE}/32",))


@pytest.fixture
def world() -> World:
    made = World(stores=FakeStores(replace(configuration(), lists=(STAFF, OFFICE))))
    asyncio.run(made.begin())
    return made


def asked(world: World, *, ada: bool = False, machine: str = "", target: str = "") -> AccessRequest:
    async def gathered() -> AccessRequest:
        in_force = world.current.get()
        return await world.requests.of(
            in_force,
            in_force.configuration.applications[0],
            source=SOURCE,
            session=await signed_in(world) if ada else None,
            service_token=ServiceTokenId(machine) if machine else None,
            method="POST",
            target=target,
        )

    return asyncio.run(gathered())


def test_a_request_says_when_it_is_and_what_it_asks_for(world: World) -> None:
    request = asked(world, target="/admin/users?page=2")
    assert request.at == world.clock.now()
    assert (request.method, request.path) == ("POST", "/admin/users")


def test_a_person_is_on_their_lists_and_so_is_the_source(world: World) -> None:
    request = asked(world, ada=True)
    assert request.identity is not None
    assert request.identity.email == "ada@example.com"
    assert request.lists == frozenset({STAFF.id, OFFICE.id})


def test_a_request_says_where_its_source_is_if_that_is_known(world: World) -> None:
    assert (asked(world).country, asked(world).continent) == ("", "")
    world.places.countries[f"{SOURCE}/32"] = "DE"
    assert (asked(world).country, asked(world).continent) == ("DE", "EU")


def test_a_machine_is_on_the_lists_of_its_source_only(world: World) -> None:
    request = asked(world, machine="ci")
    assert request.service_token == "ci"
    assert request.lists == frozenset({OFFICE.id})
