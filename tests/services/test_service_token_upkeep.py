from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from doorward.envoy import names
from doorward.model.errors import Unavailable
from doorward.model.ids import ServiceTokenId
from doorward.model.service_token import CleanUp, ServiceToken, UnusedServiceTokens
from doorward.services.secrets import hashed
from doorward.services.service_token_upkeep import expiry_warnings
from tests.services.sample import ask
from tests.services.test_sessions import stream
from tests.services.world import World

CI, NIGHTLY = ServiceTokenId("ci"), ServiceTokenId("nightly")
CI_CLIENT, NIGHTLY_CLIENT = "ci.access", "nightly.access"
SECOND, DAY = timedelta(seconds=1), timedelta(days=1)


@pytest.fixture
def world() -> World:
    world = World()
    asyncio.run(world.begin())
    return world


def every_second(world: World) -> None:
    asyncio.run(world.service_token_upkeep.every_second())


def every_minute(world: World) -> None:
    asyncio.run(world.service_token_upkeep.every_minute())


def change(world: World, *tokens: ServiceToken, unused: UnusedServiceTokens | None = None) -> None:
    """Replace all service tokens but ``ci``, which rules name, and the rule for unused ones."""
    asyncio.run(
        world.configurations.change(
            lambda c: replace(
                c,
                service_tokens=(*(t for t in c.service_tokens if t.id == CI), *tokens),
                unused_service_tokens=unused,
            )
        )
    )


def nightly(**fields: Any) -> ServiceToken:
    secret = hashed("nightly secret")
    return ServiceToken(id=NIGHTLY, client_id=NIGHTLY_CLIENT, secret_hash=secret, **fields)


def states(world: World) -> dict[str, str]:
    return {r.token.id: r.state.value for r in asyncio.run(world.service_tokens.listed())}


# --- last seen ---------------------------------------------------------------------------------------


def test_a_use_is_written_within_a_second_and_then_at_most_once_a_minute(world: World) -> None:
    headers = {names.CLIENT_ID_HEADER: ["ci.access"], names.CLIENT_SECRET_HEADER: ["machine-secret"]}
    began = world.clock.now()
    for _ in range(100):
        asyncio.run(world.decider.answer(ask(headers=headers)))
        every_second(world)
        world.clock.advance(SECOND)
    assert world.stores.service_token_uses.writes == 2
    use = asyncio.run(world.stores.service_token_uses.listed())[CI_CLIENT]
    assert (use.seen, use.source) == (began + 60 * SECOND, "192.0.2.7")


def test_a_use_that_could_not_be_written_is_written_later(world: World) -> None:
    world.sightings.note(CI_CLIENT, now=world.clock.now(), source="192.0.2.7")
    world.stores.faults.error = Unavailable("the database does not answer")
    with pytest.raises(Unavailable):
        every_second(world)
    world.stores.faults.error = None
    every_second(world)
    assert asyncio.run(world.stores.service_token_uses.listed())[CI_CLIENT].seen == world.clock.now()


def test_the_use_of_a_token_that_is_gone_is_forgotten_and_not_begun_again(world: World) -> None:
    change(world, nightly())
    every_minute(world)
    assert asyncio.run(world.stores.service_token_uses.listed()).keys() == {CI_CLIENT, NIGHTLY_CLIENT}
    change(world)
    world.sightings.note(NIGHTLY_CLIENT, now=world.clock.now(), source="192.0.2.7")
    every_second(world)
    every_minute(world)
    assert asyncio.run(world.stores.service_token_uses.listed()).keys() == {CI_CLIENT}


# --- ends --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("by", ["expiry", "grace"])
def test_what_ends_by_itself_ends_on_open_streams_and_at_the_edges_within_a_second(
    world: World, by: str
) -> None:
    end = world.clock.now() + SECOND
    before = world.current.get().configuration.service_tokens[0]
    fields: dict[str, Any] = {"expires": end}
    if by == "grace":
        fields = {
            "secret_hash": "1" * 64,
            "previous_secret_hash": before.secret_hash,
            "previous_until": end,
        }
    ci = replace(before, **fields)
    asyncio.run(world.configurations.change(lambda c: replace(c, service_tokens=(ci,))))
    old = before.credentials(world.clock.now())[0]
    world.relays.open = [stream(old)]
    every_second(world)
    assert len(world.relays.open) == 1
    published = len(world.edges.published)
    world.clock.advance(SECOND)
    every_second(world)
    assert world.relays.open == []
    assert len(world.edges.published) == published + 1
    every_second(world)
    assert len(world.edges.published) == published + 1


# --- cleaning up -------------------------------------------------------------------------------------


def test_nothing_is_put_away_unless_the_organisation_wants_it(world: World) -> None:
    change(world, nightly())
    every_minute(world)
    world.clock.advance(400 * DAY)
    every_minute(world)
    assert states(world) == {"ci": "active", "nightly": "active"}


@pytest.mark.parametrize(
    ("action", "left"),
    [
        (CleanUp.DISABLE, {"ci": "disabled", "nightly": "disabled"}),
        # What a rule names cannot be deleted.
        (CleanUp.DELETE, {"ci": "disabled"}),
    ],
)
def test_who_was_not_seen_for_so_long_is_put_away_and_not_a_minute_earlier(
    world: World, action: CleanUp, left: dict[str, str]
) -> None:
    change(world, nightly(), unused=UnusedServiceTokens(after=30 * DAY, action=action))
    every_minute(world)
    world.clock.advance(30 * DAY - SECOND)
    every_minute(world)
    assert states(world) == {"ci": "active", "nightly": "active"}
    world.clock.advance(SECOND)
    every_minute(world)
    assert states(world) == left
    version = world.stores.configurations.version
    every_minute(world)
    assert world.stores.configurations.version == version


def test_a_use_keeps_it_and_who_is_enabled_again_has_the_whole_time_again(world: World) -> None:
    change(world, nightly(), unused=UnusedServiceTokens(after=30 * DAY))
    every_minute(world)
    world.clock.advance(20 * DAY)
    world.sightings.note(CI_CLIENT, now=world.clock.now(), source="192.0.2.7")
    every_second(world)
    world.clock.advance(15 * DAY)
    every_minute(world)
    assert states(world) == {"ci": "active", "nightly": "disabled"}
    every_minute(world)
    asyncio.run(world.service_tokens.enable("nightly"))
    every_minute(world)
    world.clock.advance(10 * DAY)
    every_minute(world)
    assert states(world)["nightly"] == "active"


def test_a_clock_that_jumps_back_puts_nothing_away(world: World) -> None:
    change(world, unused=UnusedServiceTokens(after=30 * DAY))
    every_minute(world)
    world.clock.advance(-300 * DAY)
    every_minute(world)
    assert states(world) == {"ci": "active"}


# --- warnings ----------------------------------------------------------------------------------------


def test_a_week_before_its_end_an_administrator_is_warned(world: World) -> None:
    now = world.clock.now()
    configuration = replace(
        world.current.get().configuration, service_tokens=(nightly(expires=now + 7 * DAY),)
    )
    assert expiry_warnings(configuration, now - SECOND) == []
    assert expiry_warnings(configuration, now) == [
        ("service token nightly: expires in 7 days, on 2026-03-08: doorward service-token refresh nightly")
    ]
    assert expiry_warnings(configuration, now + 7 * DAY) == [
        "service token nightly: expired on 2026-03-08: refresh or delete it"
    ]


def test_nobody_is_warned_of_a_token_without_end_or_a_disabled_one(world: World) -> None:
    now = world.clock.now()
    tokens = (nightly(), nightly(expires=now, disabled=True))
    configuration = replace(world.current.get().configuration, service_tokens=tokens)
    assert expiry_warnings(configuration, now) == []
