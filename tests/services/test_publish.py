from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from doorward.envoy.snapshot import ROUTES, SECRET
from doorward.model.errors import Invalid, Unavailable
from doorward.model.ids import RuleGroupId
from doorward.model.rule import RuleGroup, Rules
from doorward.services.current import Current
from doorward.services.publish import REMEMBERED
from doorward.services.secrets import hashed
from doorward.services.status import status
from tests.services.signing_in import enter
from tests.services.world import ADA, World


@pytest.fixture
def world() -> World:
    world = World()
    asyncio.run(world.begin())
    return world


def routes(world: World) -> bytes:
    return bytes(world.edges.published[-1].resources[ROUTES]["public"].body.value)


def test_the_same_state_is_the_same_version(world: World) -> None:
    first = world.publisher.version
    assert asyncio.run(world.publisher.publish()) == first


def test_the_certificate_is_for_every_hostname(world: World) -> None:
    secret = world.edges.published[-1].resources[SECRET]["edge"].body.value
    for hostname in ("access.example.com", "hello.example.com", "closed.example.com"):
        assert hostname.encode() in secret


def test_a_revoked_session_is_listed_until_its_last_token_has_expired(world: World) -> None:
    enter(world, ADA)

    async def revoke() -> str:
        [session] = await world.sessions.listed()
        await world.sessions.revoke(session.id)
        return session.id

    session_id = asyncio.run(revoke())
    assert session_id.encode() in routes(world)
    world.clock.advance(REMEMBERED + timedelta(seconds=1))
    asyncio.run(world.publisher.publish())
    assert session_id.encode() not in routes(world)


def test_relays_learn_hashes_of_secrets_and_the_services_of_each_tunnel(world: World) -> None:
    edge, office = world.relays.admitted
    [tunnel] = world.current.get().configuration.tunnels
    assert office.secret_hash == hashed(world.tunnel_secrets.secret(tunnel))
    assert office.secret_hash != edge.secret_hash
    assert set(office.services) == {"hello", "open", "closed"}
    assert edge.services == {}


def test_a_rotated_token_is_another_secret(world: World) -> None:
    [tunnel] = world.current.get().configuration.tunnels
    newer = replace(tunnel, token_version=2)
    assert world.tunnel_secrets.secret(newer) != world.tunnel_secrets.secret(tunnel)


def test_what_contradicts_itself_is_not_published_and_the_old_stays_in_force(world: World) -> None:
    async def break_it() -> None:
        configuration, version = await world.stores.configurations.load()
        twice = RuleGroup(id=RuleGroupId("twice"), rules=Rules())
        broken = replace(configuration, rule_groups=(twice, twice))
        await world.stores.configurations.save(broken, expected=version)
        await world.publisher.publish()

    before = world.current.get()
    with pytest.raises(Invalid):
        asyncio.run(break_it())
    assert world.current.get() is before


def test_nothing_is_in_force_before_the_first_publication() -> None:
    with pytest.raises(Unavailable):
        Current().get()


def test_status_is_ready_once_an_edge_has_it_all(world: World) -> None:
    assert status(world.publisher, world.edges, world.relays, places=world.places).ready
    world.edges.refusal = "no"
    assert not status(world.publisher, world.edges, world.relays, places=world.places).ready
