from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from doorward.envoy import names
from doorward.model.access import AccessRequest
from doorward.model.errors import Refused
from doorward.model.ids import ApplicationId, ServiceTokenId
from doorward.model.service_token import ProvenMachine, ServiceToken
from doorward.services.fresh_assertions import FRESH
from doorward.services.machines import Machines
from doorward.services.secrets import hashed
from tests.services.sample import MACHINE_SECRET, SOURCE, ask
from tests.services.world import World

SECOND = timedelta(seconds=1)
OLD_SECRET = "the-secret-before-the-last-rotation"


@pytest.fixture
def world() -> World:
    world = World()
    asyncio.run(world.begin())
    return world


@pytest.fixture
def machines(world: World) -> Machines:
    return Machines(tokens=world.tokens, sightings=world.sightings, clock=world.clock)


def change(world: World, **fields: Any) -> None:
    """Give the service token these fields."""

    def changed(token: ServiceToken) -> ServiceToken:
        return replace(token, **fields)

    asyncio.run(
        world.configurations.change(
            lambda c: replace(c, service_tokens=tuple(map(changed, c.service_tokens)))
        )
    )


def recognised(
    world: World, machines: Machines, client_id: str = "ci.access", secret: str = MACHINE_SECRET
) -> ProvenMachine | None:
    in_force = world.current.get()
    headers = {names.CLIENT_ID_HEADER: [client_id], names.CLIENT_SECRET_HEADER: [secret]}
    application = in_force.by_id[ApplicationId("hello")]
    return machines.recognise(in_force, application, ask(headers=headers))


def test_id_and_secret_prove_a_machine_which_is_remembered(world: World, machines: Machines) -> None:
    found = recognised(world, machines)
    assert found is not None
    assert (found.token.id, found.secret_hash) == ("ci", hashed(MACHINE_SECRET))
    sightings = world.sightings.due(world.clock.now())
    assert {id: sighting.source for id, sighting in sightings.items()} == {"ci.access": str(SOURCE)}


def test_a_request_that_shows_nothing_is_no_machines(world: World, machines: Machines) -> None:
    in_force = world.current.get()
    application = in_force.by_id[ApplicationId("hello")]
    assert machines.recognise(in_force, application, ask()) is None


@pytest.mark.parametrize(
    "client_id", ["", "ci", "CI.ACCESS", "ci.access ", "\x00", "é" * 9, "' or 1=1", "a" * 4096]
)
def test_an_id_that_is_not_letter_for_letter_one_of_ours_is_unknown(
    world: World, machines: Machines, client_id: str
) -> None:
    with pytest.raises(Refused, match="not known here"):
        recognised(world, machines, client_id)
    assert not world.sightings.due(world.clock.now())


def test_the_secret_of_another_token_is_as_wrong_as_any(world: World, machines: Machines) -> None:
    made = asyncio.run(world.service_tokens.create("nightly", lifetime=None))
    assert recognised(world, machines, made.token.client_id, made.secret) is not None
    for client_id, secret in (("ci.access", made.secret), (made.token.client_id, MACHINE_SECRET)):
        with pytest.raises(Refused, match="not known here"):
            recognised(world, machines, client_id, secret)


def test_a_secret_with_a_wrong_checksum_is_refused_before_anything_is_looked_up(
    world: World, machines: Machines
) -> None:
    made = asyncio.run(world.service_tokens.create("nightly", lifetime=None))
    mistyped = made.secret[:-1] + ("2" if made.secret[-1] != "2" else "3")
    for client_id in (made.token.client_id, "nobody's"):
        with pytest.raises(Refused, match="not whole"):
            recognised(world, machines, client_id, mistyped)


def test_it_expires_to_the_second_and_lives_again_when_the_clock_is_set_back(
    world: World, machines: Machines
) -> None:
    now = world.clock.now()
    change(world, expires=now + SECOND)
    assert recognised(world, machines) is not None
    for later in (1, 2):
        world.clock.set(now + later * SECOND)
        with pytest.raises(Refused, match="has expired"):
            recognised(world, machines)
    world.clock.set(now)
    assert recognised(world, machines) is not None


def test_a_disabled_one_is_told_so_but_only_to_who_knows_the_secret(world: World, machines: Machines) -> None:
    change(world, disabled=True)
    with pytest.raises(Refused, match="is disabled"):
        recognised(world, machines)
    with pytest.raises(Refused, match="not known here"):
        recognised(world, machines, secret="wrong")


def test_the_previous_secret_works_until_its_grace_is_over(world: World, machines: Machines) -> None:
    now = world.clock.now()
    change(world, previous_secret_hash=hashed(OLD_SECRET), previous_until=now + SECOND)
    assert recognised(world, machines) is not None
    by_old = recognised(world, machines, secret=OLD_SECRET)
    assert by_old is not None
    assert by_old.secret_hash == hashed(OLD_SECRET)
    world.clock.advance(SECOND)
    assert recognised(world, machines) is not None
    with pytest.raises(Refused, match="not known here"):
        recognised(world, machines, secret=OLD_SECRET)


# --- assertions --------------------------------------------------------------------------------------


def assertion(world: World, machines: Machines, secret: str = MACHINE_SECRET) -> str:
    in_force = world.current.get()
    machine = recognised(world, machines, secret=secret)
    assert machine is not None
    application = in_force.by_id[ApplicationId("hello")]
    request = AccessRequest(
        application=application.id, source=SOURCE, service_token=machine.token.id, at=world.clock.now()
    )
    return machines.assertion(in_force, application, machine, request)


def test_an_assertion_is_handed_out_again_while_it_is_fresh(world: World, machines: Machines) -> None:
    first = assertion(world, machines)
    world.clock.advance(FRESH - SECOND)
    assert assertion(world, machines) == first
    world.clock.advance(SECOND)
    assert assertion(world, machines) != first


def test_each_secret_and_each_configuration_has_assertions_of_its_own(
    world: World, machines: Machines
) -> None:
    grace = world.clock.now() + timedelta(hours=1)
    change(world, previous_secret_hash=hashed(OLD_SECRET), previous_until=grace)
    by_new, by_old = assertion(world, machines), assertion(world, machines, OLD_SECRET)
    assert world.tokens.verify(by_new)["credential"] != world.tokens.verify(by_old)["credential"]
    asyncio.run(world.configurations.change(lambda c: replace(c, generation=c.generation + 1)))
    after = assertion(world, machines)
    assert world.tokens.verify(after)["gen"] != world.tokens.verify(by_new)["gen"]


def test_a_clock_that_was_set_back_hands_out_nothing_from_the_future(
    world: World, machines: Machines
) -> None:
    now = world.clock.now()
    world.clock.advance(timedelta(days=1))
    ahead = assertion(world, machines)
    world.clock.set(now)
    fresh = assertion(world, machines)
    assert fresh != ahead
    assert world.tokens.verify(fresh)["iat"] == int(now.timestamp())


def test_a_thousand_tokens_are_found_by_their_ids(world: World, machines: Machines) -> None:
    many = tuple(
        ServiceToken(id=ServiceTokenId(f"t{n}"), client_id=f"{n}.access", secret_hash=hashed(f"secret {n}"))
        for n in range(1000)
    )
    asyncio.run(world.configurations.change(lambda c: replace(c, service_tokens=(*c.service_tokens, *many))))
    found = recognised(world, machines, "777.access", "secret 777")
    assert found is not None
    assert found.token.id == "t777"
