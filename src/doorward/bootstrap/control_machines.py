"""What machines need, joined: their service tokens, and how they are recognised and looked after."""

from __future__ import annotations

from dataclasses import dataclass

from doorward.ports.clock import Clock, Randomness
from doorward.ports.service_token_uses import ServiceTokenUses
from doorward.services.configuration import Configurations
from doorward.services.current import Current
from doorward.services.live_streams import LiveStreams
from doorward.services.machines import Machines
from doorward.services.publish import Publisher
from doorward.services.service_token_upkeep import ServiceTokenUpkeep
from doorward.services.service_tokens import ServiceTokens
from doorward.services.sightings import Sightings
from doorward.services.tokens import Tokens


@dataclass(frozen=True, slots=True)
class MachineServices:
    """``recognised`` knows machines by what they show."""

    recognised: Machines
    service_tokens: ServiceTokens
    upkeep: ServiceTokenUpkeep


def join_machines(
    uses: ServiceTokenUses,
    *,
    current: Current,
    tokens: Tokens,
    configurations: Configurations,
    publisher: Publisher,
    streams: LiveStreams,
    clock: Clock,
    randomness: Randomness,
) -> MachineServices:
    """Make each once."""
    sightings = Sightings()
    service_tokens = ServiceTokens(configurations, uses, clock=clock, randomness=randomness)
    upkeep = ServiceTokenUpkeep(
        uses,
        current=current,
        sightings=sightings,
        tokens=service_tokens,
        publisher=publisher,
        streams=streams,
        clock=clock,
    )
    machines = Machines(tokens=tokens, sightings=sightings, clock=clock)
    return MachineServices(machines, service_tokens, upkeep)
