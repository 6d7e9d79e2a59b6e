from __future__ import annotations

import asyncio
from datetime import timedelta

from doorward.model.grant import Grant
from doorward.model.ids import ApplicationId
from doorward.model.policy import Approval
from tests.cli.commands import Doorward
from tests.services.granting import wanting
from tests.services.sample import SOURCE
from tests.services.signing_in import signed_in
from tests.services.world import World


def asked_by_ada(world: World) -> Grant:
    async def ask() -> Grant:
        present = world.stores.configurations.configuration
        approval = Approval(approvers=("boss@example.com",))
        await world.stores.configurations.replace(wanting(present, approval=approval))
        await world.publisher.publish()
        grant = await world.grants.ask(
            await signed_in(world),
            ApplicationId("hello"),
            reason="to mend it",
            wanted=timedelta(hours=1),
            source=SOURCE,
            target="/",
        )
        await world.background.settled()
        return grant

    return asyncio.run(ask())


def test_what_waits_and_what_is_given_is_listed(doorward: Doorward) -> None:
    assert doorward.says("grant", "list") == "Nothing waits and nothing is given.\n"
    asked_by_ada(doorward.world)
    shown = doorward.says("grant", "list")
    assert "to mend it" in shown
    assert "waiting" in shown


def test_an_administrator_takes_it_back(doorward: Doorward) -> None:
    grant = asked_by_ada(doorward.world)
    assert "may not use hello" in doorward.says("grant", "revoke", grant.id)
    assert doorward.json("grant", "list") == []
    again = doorward.run("grant", "revoke", grant.id)
    assert again.exit_code == 1
    assert "already" in again.stderr
