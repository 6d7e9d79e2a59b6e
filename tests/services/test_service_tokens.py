from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from doorward.model.errors import Conflict, Invalid, NotFound
from doorward.services.secrets import fits
from doorward.services.service_tokens import NewServiceToken
from tests.services.world import World


@pytest.fixture
def world() -> World:
    world = World()
    asyncio.run(world.begin())
    return world


def create(world: World, name: str, lifetime: timedelta | None = None) -> NewServiceToken:
    return asyncio.run(world.service_tokens.create(name, lifetime=lifetime))


def names_of(world: World) -> list[str]:
    return [report.token.id for report in asyncio.run(world.service_tokens.listed())]


def test_only_the_hash_of_a_secret_is_kept(world: World) -> None:
    made = create(world, "nightly")
    kept = next(r.token for r in asyncio.run(world.service_tokens.listed()) if r.token.id == "nightly")
    assert fits(made.secret, kept.secret_hash)
    assert made.secret not in repr(kept) + repr(made)
    assert kept.client_id.endswith(".access")


def test_a_life_is_counted_from_now(world: World) -> None:
    assert create(world, "a").token.expires is None
    assert create(world, "b", timedelta(days=2)).token.expires == world.clock.now() + timedelta(days=2)


def test_a_name_that_is_taken_or_malformed_makes_nothing(world: World) -> None:
    with pytest.raises(Conflict):
        create(world, "ci")
    with pytest.raises(Invalid, match="name"):
        create(world, "not a name")
    assert names_of(world) == ["ci"]


def test_a_deleted_token_is_forgotten(world: World) -> None:
    create(world, "nightly")
    asyncio.run(world.service_tokens.delete("nightly"))
    assert names_of(world) == ["ci"]
    with pytest.raises(NotFound):
        asyncio.run(world.service_tokens.delete("nightly"))


def test_a_token_that_a_rule_names_stays(world: World) -> None:
    with pytest.raises(Invalid, match="ci"):
        asyncio.run(world.service_tokens.delete("ci"))
    assert names_of(world) == ["ci"]
