"""Passes in the world in which the tests of services play."""

from __future__ import annotations

from typing import TYPE_CHECKING

from doorward.services.passes import Passes

if TYPE_CHECKING:
    from tests.services.world import World


def join_passes(world: World) -> Passes:
    """As bootstrap joins them."""
    return Passes(
        world.stores,
        current=world.current,
        requests=world.requests,
        tokens=world.tokens,
        ending=world.sessions,
        clock=world.clock,
        randomness=world.randomness,
    )
