"""Explanations over the world in which the tests of services play."""

from __future__ import annotations

from doorward.services.explanations import Explanations
from tests.services.world import World


def explanations_of(world: World) -> Explanations:
    """As bootstrap joins them."""
    return Explanations(
        world.stores.sessions,
        current=world.current,
        requests=world.requests,
        admission=world.admission,
        provider_for=world.provider_for,
        clock=world.clock,
    )
