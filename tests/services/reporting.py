"""Reported facts over the world in which the tests of services play."""

from __future__ import annotations

from datetime import timedelta

from doorward.model.access import Identity
from doorward.model.ids import SessionId
from doorward.model.report import Whom
from doorward.services.facts import Facts, Given
from tests.services.world import World

HOUR = timedelta(hours=1)


def facts_of(world: World) -> Facts:
    """As bootstrap joins them."""
    return Facts(
        world.stores,
        current=world.current,
        reevaluation=world.reevaluation,
        provider_for=world.provider_for,
        clock=world.clock,
    )


def given(
    about: Identity | SessionId,
    name: str = "encrypted",
    value: str = "pass",
    *,
    lasts: timedelta = HOUR,
    source: str = "mdm",
) -> Given:
    whom = Whom.person(about) if isinstance(about, Identity) else Whom.session(about)
    return Given(whom=whom, name=name, value=value, lasts=lasts, source=source)
