from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta

from doorward.model.access_pass import AccessPass, PassRules, Presented
from tests.cli.commands import Doorward
from tests.services.sample import SOURCE
from tests.services.signing_in import signed_in
from tests.services.world import World


def made_by_ada(world: World) -> AccessPass:
    async def make() -> AccessPass:
        rules = PassRules(presented=frozenset(Presented))
        configuration = world.stores.configurations.configuration
        hello, *others = configuration.applications
        applications = (replace(hello, passes=rules), *others)
        await world.stores.configurations.replace(replace(configuration, applications=applications))
        await world.publisher.publish()
        session = await signed_in(world)
        new = await world.passes.create(
            session, "hello", name="Phone", lifetime=timedelta(days=7), paths=["/dav"], source=SOURCE
        )
        return new.made

    return asyncio.run(make())


def test_passes_are_listed_by_person(doorward: Doorward) -> None:
    assert doorward.says("pass", "list") == "There are no passes.\n"
    made_by_ada(doorward.world)
    shown = doorward.says("pass", "list", "--email", "ada@example.com")
    assert "Phone" in shown
    assert "/dav" in shown
    assert "never" in shown
    assert doorward.json("pass", "list", "--email", "bob@example.com") == []


def test_a_pass_is_ended_by_its_id(doorward: Doorward) -> None:
    made = made_by_ada(doorward.world)
    assert "'Phone' for hello has ended" in doorward.says("pass", "revoke", made.id)
    assert doorward.json("pass", "list") == []
    again = doorward.run("pass", "revoke", made.id)
    assert again.exit_code == 1
    assert "there is no pass" in again.stderr
