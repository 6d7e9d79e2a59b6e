"""Grants in the world in which the tests of services play."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from doorward.model.configuration import Configuration
from doorward.model.policy import Approval, Purpose
from doorward.services.grants import Grants

if TYPE_CHECKING:
    from tests.services.world import World


def join_grants(world: World) -> Grants:
    """As bootstrap joins them."""
    return Grants(
        world.stores,
        current=world.current,
        requests=world.requests,
        effects=world.reevaluation,
        ends=world.grant_ends,
        mail=world.approval_mail,
        background=world.background,
        clock=world.clock,
        randomness=world.randomness,
    )


def wanting(
    present: Configuration, *, purpose: Purpose | None = None, approval: Approval | None = None
) -> Configuration:
    """The same configuration, in which ``hello`` lets engineers in after a reason or an approval."""
    hello, *others = present.applications
    machines, engineers = hello.policies
    asking = replace(engineers, purpose=purpose, approval=approval)  # type: ignore[type-var] # a policy, not an id
    return replace(present, applications=(replace(hello, policies=(machines, asking)), *others))
