"""The services of machines, joined over fakes, for the world of the tests."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from doorward.services.configuration import Configurations
from doorward.services.current import Current
from doorward.services.live_streams import LiveStreams
from doorward.services.publish import Publisher
from doorward.services.service_token_upkeep import ServiceTokenUpkeep
from doorward.services.service_tokens import ServiceTokens
from doorward.services.sightings import Sightings
from tests.fakes.clock import FakeClock, FakeRandomness
from tests.fakes.stores import FakeStores


@dataclass(frozen=True)
class MachineParts:
    tokens: ServiceTokens
    upkeep: ServiceTokenUpkeep


class Joined(Protocol):
    """What the world has joined already."""

    stores: FakeStores
    current: Current
    sightings: Sightings
    configurations: Configurations
    publisher: Publisher
    streams: LiveStreams
    clock: FakeClock
    randomness: FakeRandomness


def join_machines(world: Joined) -> MachineParts:
    uses = world.stores.service_token_uses
    tokens = ServiceTokens(world.configurations, uses, clock=world.clock, randomness=world.randomness)
    upkeep = ServiceTokenUpkeep(
        uses,
        current=world.current,
        sightings=world.sightings,
        tokens=tokens,
        publisher=world.publisher,
        streams=world.streams,
        clock=world.clock,
    )
    return MachineParts(tokens, upkeep)
