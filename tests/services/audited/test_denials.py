from __future__ import annotations

import asyncio
from dataclasses import replace

from structlog.testing import capture_logs

from doorward.audit.acts import ActName
from doorward.audit.entries import DecisionEntry, entry_of
from doorward.audit.writing import act_entry
from doorward.model.policy import Purpose
from doorward.services.acting import acting_as
from doorward.services.entering import NotAllowed
from tests.fakes.clock import START
from tests.fakes.stores import FakeStores
from tests.services.granting import wanting
from tests.services.sample import COMPANY, SOURCE, configuration
from tests.services.signing_in import signed_in
from tests.services.test_entering import FLOW
from tests.services.world import World


def on_the_way(world: World, email: str = "bob@example.com", password: str = "bob's") -> object:
    async def walk() -> object:
        await world.begin()
        session = await signed_in(world, email, password)
        with acting_as("pages"):
            return await world.entering.onward(session, FLOW, source=SOURCE, request_id="r7")

    with capture_logs():
        return asyncio.run(walk())


def entry(world: World) -> DecisionEntry:
    [act] = world.audit.acts
    found = entry_of(1, act_entry(act, START))
    assert isinstance(found, DecisionEntry)
    return found


def test_a_denial_on_the_way_in_is_a_decision_like_any_other() -> None:
    world = World()
    world.places.countries[f"{SOURCE}/32"] = "DE"
    assert isinstance(on_the_way(world), NotAllowed)
    found = entry(world)
    assert (found.request_id, found.application, found.host) == ("r7", "hello", "hello.example.com")
    assert (found.person, found.method, found.path) == ("bob@example.com", "GET", "/wiki")
    assert (found.source, found.country) == (str(SOURCE), "DE")
    assert (found.decision, found.decided_by, found.status) == ("deny", "control", 403)
    assert found.reasons == ("no-policy-matched", "not-included")
    [session] = asyncio.run(world.sessions.listed())
    assert found.session == session.id
    assert found.policy_version == world.current.get().compiled[FLOW.application].version
    assert world.audit.acts[0].by == "pages"


def test_being_asked_for_more_is_a_decision_too() -> None:
    world = World(stores=FakeStores(wanting(configuration(), purpose=Purpose())))
    on_the_way(world, "ada@example.com", "ada's")
    assert (entry(world).decision, entry(world).reasons) == ("sign-in", ("purpose-required",))
    present = configuration()
    hello, *others = present.applications
    elsewhere = replace(hello, identity_providers=(COMPANY,))
    world = World(stores=FakeStores(replace(present, applications=(elsewhere, *others))))
    on_the_way(world, "ada@example.com", "ada's")
    assert (entry(world).decision, entry(world).reasons) == ("sign-in", ("other-identity-provider",))


def test_who_is_let_in_is_in_the_edges_own_entry() -> None:
    world = World()
    on_the_way(world, "ada@example.com", "ada's")
    assert ActName.ACCESS_DENIED not in world.audit.names


def test_where_nothing_can_be_written_they_are_denied_all_the_same() -> None:
    world = World()
    world.audit.full = True
    assert isinstance(on_the_way(world), NotAllowed)
    assert world.audit.acts == []
