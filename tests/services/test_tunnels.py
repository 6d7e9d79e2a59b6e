from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from doorward.model.errors import Conflict, Invalid, NotFound
from doorward.services.secrets import fits
from tests.services.world import World


@pytest.fixture
def world() -> World:
    world = World()
    asyncio.run(world.begin())
    return world


def test_a_tunnel_is_created_listed_and_deleted(world: World) -> None:
    async def live() -> list[str]:
        await world.tunnels.create("lab")
        states = [(r.tunnel.name, r.state) for r in await world.tunnels.listed()]
        assert states == [("office", "down"), ("lab", "down")]
        await world.tunnels.delete("lab")
        return [r.tunnel.name for r in await world.tunnels.listed()]

    assert asyncio.run(live()) == ["office"]


def test_a_name_is_taken_once_and_well_formed(world: World) -> None:
    with pytest.raises(Conflict):
        asyncio.run(world.tunnels.create("office"))
    with pytest.raises(Invalid):
        asyncio.run(world.tunnels.create("The Office"))


def test_a_tunnel_in_use_is_not_deleted(world: World) -> None:
    with pytest.raises(Conflict, match="hello"):
        asyncio.run(world.tunnels.delete("office"))


def test_what_is_not_there_is_not_found(world: World) -> None:
    for verb in (world.tunnels.delete, world.tunnels.token):
        with pytest.raises(NotFound):
            asyncio.run(verb("nothing"))


def test_a_token_stays_the_same_until_it_is_rotated(world: World) -> None:
    async def tokens() -> tuple[str, str, str]:
        first = await world.tunnels.token("office")
        second = await world.tunnels.token("office")
        before = world.relays.admitted[1].secret_hash
        third = await world.tunnels.token("office", rotate=True)
        assert world.relays.admitted[1].secret_hash != before
        return first, second, third

    first, second, third = asyncio.run(tokens())
    assert first == second != third


def test_the_one_liner_publishes_for_people_with_local_accounts_only_where_all_have_one(world: World) -> None:
    with pytest.raises(Invalid, match="--allow"):
        asyncio.run(world.tunnels.publish(hostname="app.example.com", url="http://localhost:8080", allow=[]))

    async def publish() -> tuple[str, str]:
        await world.configurations.change(lambda c: replace(c, identity_providers=c.identity_providers[:1]))
        made = await world.tunnels.publish(hostname="app.example.com", url="http://localhost:8080", allow=[])
        return made.url, made.application.origin.url

    assert asyncio.run(publish()) == ("https://app.example.com/", "http://localhost:8080")


def test_the_one_liner_runs_again_and_takes_everything_back(world: World) -> None:
    async def twice() -> list[str]:
        for url in ("http://localhost:8080", "http://localhost:8081"):
            made = await world.tunnels.publish(
                hostname="app.example.com", url=url, allow=["@example.com", "eve@example.org"]
            )
            assert made.application.origin.url == url
        await world.tunnels.withdraw("app.example.com")
        return [a.id for a in (await world.configurations.load()).applications]

    assert asyncio.run(twice()) == ["hello", "open", "closed"]


@pytest.mark.parametrize(
    ("hostname", "url", "field"),
    [
        ("not a host", "http://localhost", "hostname"),
        ("app.example.com", "ftp://localhost", "url"),
        ("app.example.com", "http://localhost/path", "url"),
    ],
)
def test_the_one_liner_names_what_is_wrong(world: World, hostname: str, url: str, field: str) -> None:
    with pytest.raises(Invalid, match=f"^{field}: "):
        asyncio.run(world.tunnels.publish(hostname=hostname, url=url, allow=["@example.com"]))


def test_the_one_liner_does_not_take_an_applications_hostname(world: World) -> None:
    with pytest.raises(Conflict):
        asyncio.run(
            world.tunnels.publish(
                hostname="hello.example.com", url="http://localhost", allow=["@example.com"]
            )
        )


def test_a_service_tokens_secret_is_told_once_and_kept_as_a_hash(world: World) -> None:
    async def live() -> None:
        made = await world.service_tokens.create("robot", lifetime=timedelta(days=1))
        assert fits(made.secret, made.token.secret_hash)
        assert made.secret not in repr(made)
        assert made.token in [report.token for report in await world.service_tokens.listed()]
        with pytest.raises(Conflict):
            await world.service_tokens.create("robot", lifetime=None)
        await world.service_tokens.delete("robot")
        with pytest.raises(NotFound):
            await world.service_tokens.delete("robot")

    asyncio.run(live())


def test_a_service_token_that_a_rule_names_is_not_deleted(world: World) -> None:
    with pytest.raises(Invalid):
        asyncio.run(world.service_tokens.delete("ci"))
