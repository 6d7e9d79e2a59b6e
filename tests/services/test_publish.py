from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from doorward.envoy.snapshot import CLUSTER, EXTENSION, SECRET, VIRTUAL_HOST
from doorward.model.application import ApplicationType, Origin
from doorward.model.destination import Destination
from doorward.model.errors import Invalid, Unavailable
from doorward.model.ids import RuleGroupId
from doorward.model.rule import RuleGroup, Rules
from doorward.services.current import Current, InForce
from doorward.services.publish import REMEMBERED
from doorward.services.secrets import hashed
from doorward.services.status import status
from tests.services.sample import ADA, application
from tests.services.signing_in import enter
from tests.services.world import World


@pytest.fixture
def world() -> World:
    world = World()
    asyncio.run(world.begin())
    return world


def listed(world: World) -> bytes:
    """The settings of the filter that knows what has ended."""
    return bytes(world.edges.published[-1].resources[EXTENSION]["doorward.credential"].body.value)


def test_the_same_state_is_the_same_version(world: World) -> None:
    first = world.publisher.version
    assert asyncio.run(world.publisher.publish()) == first


def test_the_configuration_is_read_only_when_it_is_another_than_the_one_in_force(world: World) -> None:
    before = world.current.get()
    asyncio.run(world.publisher.publish())
    assert world.current.get() is before

    async def change() -> None:
        configuration, version = await world.stores.configurations.load()
        await world.stores.configurations.save(replace(configuration, generation=1), expected=version)
        await world.publisher.publish()

    asyncio.run(change())
    assert world.current.get().configuration.generation == 1


def test_what_was_just_saved_is_not_read_again_and_anything_else_is(world: World) -> None:
    async def change() -> None:
        configuration, version = await world.stores.configurations.load()
        changed = replace(configuration, generation=1)
        saved = InForce.of(changed, await world.stores.configurations.save(changed, expected=version))
        await world.publisher.publish(saved)
        assert world.current.get() is saved
        # Somebody else was quicker: what they stored is in force, whatever this caller has.
        stored = replace(configuration, generation=2)
        await world.stores.configurations.save(stored, expected=saved.version)
        await world.publisher.publish(saved)
        assert world.current.get().configuration.generation == 2

    asyncio.run(change())


def test_an_application_that_did_not_change_is_the_same_resource(world: World) -> None:
    hello, *others = world.current.get().configuration.applications

    async def change() -> None:
        configuration, version = await world.stores.configurations.load()
        changed = replace(configuration, applications=(replace(hello, generation=9), *others))
        await world.stores.configurations.save(changed, expected=version)
        await world.publisher.publish()

    before = world.edges.published[-1].resources[VIRTUAL_HOST]
    asyncio.run(change())
    after = world.edges.published[-1].resources[VIRTUAL_HOST]
    assert {name for name in after if after[name] is not before[name]} == {"public/hello.example.com"}


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
    assert session_id.encode() in listed(world)
    world.clock.advance(REMEMBERED + timedelta(seconds=1))
    asyncio.run(world.publisher.publish())
    assert session_id.encode() not in listed(world)


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


def test_hostnames_of_every_kind_are_in_the_certificate_and_bookmarks_nowhere(world: World) -> None:
    places = (Destination("*.example.com"), Destination("site.example.org", "/admin"))
    wild = replace(application("wild"), destinations=places)
    ssh = replace(application("ssh"), type=ApplicationType.TCP, origin=Origin(url="tcp://h:22"))
    mail = replace(
        application("mail"), type=ApplicationType.BOOKMARK, destinations=(), origin=Origin(url="https://m")
    )

    async def run() -> None:
        await world.configurations.change(lambda c: replace(c, applications=(wild, ssh, mail)))

    asyncio.run(run())
    resources = world.edges.published[-1].resources
    certificate = resources[SECRET]["edge"].body.value
    for hostname in (b"*.example.com", b"site.example.org", b"ssh.example.com", b"access.example.com"):
        assert hostname in certificate
    hosts = {name for name in resources[VIRTUAL_HOST] if "(" not in name}
    assert hosts == {"public/*.example.com", "public/site.example.org", "public/ssh.example.com"}
    assert {name for name in resources[CLUSTER] if "/" in name} == {"tunnel/wild"}
    assert {service for tunnel in world.relays.admitted for service in tunnel.services} == {"wild"}
