from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from doorward.envoy import names
from doorward.model.access import Identity
from doorward.model.errors import SignInRefused
from doorward.model.session import Session
from doorward.ports.identity import Arrival
from doorward.services.arrivals import Arrivals, Visit
from tests.services.sample import ADA, BOB, cookies_of
from tests.services.signing_in import VISIT, signed_in
from tests.services.world import World


@pytest.fixture
def world() -> World:
    world = World()
    asyncio.run(world.begin())
    return world


def test_a_session_cookie_is_new_at_every_sign_in(world: World) -> None:
    async def twice() -> tuple[Session, Session]:
        return await signed_in(world), await signed_in(world)

    one, other = asyncio.run(twice())
    assert one.id != other.id


async def arrived(world: World, arrival: Arrival, visit: Visit = VISIT) -> tuple[str, Session]:
    onward = await world.arrivals.signed_in(arrival, visit)
    secret = cookies_of(onward.cookies)[names.SESSION_COOKIE]
    session = await world.arrivals.session(secret)
    assert session is not None
    return secret, session


def test_what_the_provider_said_is_remembered_with_the_session(world: World) -> None:
    async def walk() -> tuple[Session, str]:
        arrival = Arrival(
            identity=replace(ADA, contexts=frozenset({"c1"})),
            authenticated=world.clock.now() - timedelta(minutes=1),
            provider_session="sid-1",
            refresh_token="refresh",
        )
        _, session = await arrived(world, arrival)
        return session, await world.stores.sessions.refresh_token(session.id)

    session, refresh_token = asyncio.run(walk())
    assert session.identity == ADA
    assert session.contexts == {"c1": world.clock.now()}
    assert (session.provider_session, refresh_token) == ("sid-1", "refresh")


def test_a_step_up_keeps_the_session_and_changes_its_secret(world: World) -> None:
    async def walk() -> tuple[Session, Session, Session | None]:
        secret, before = await arrived(world, Arrival(identity=ADA))
        again = replace(VISIT, session_secret=secret)
        stronger = Arrival(identity=replace(ADA, contexts=frozenset({"c1"})))
        new_secret, after = await arrived(world, stronger, again)
        assert new_secret != secret
        return before, after, await world.arrivals.session(secret)

    before, after, by_old_secret = asyncio.run(walk())
    assert after.id == before.id
    assert set(after.contexts) == {"c1"}
    assert by_old_secret is None


def test_a_step_up_adds_to_how_the_person_proved_themselves_and_outdates_tokens_that_say_less(
    world: World,
) -> None:
    async def walk() -> tuple[Session, Session]:
        ada = replace(ADA, methods=frozenset({"pwd"}))
        secret, before = await arrived(world, Arrival(identity=ada))
        again = replace(VISIT, session_secret=secret)
        stronger = replace(ADA, methods=frozenset({"hwk", "mfa"}), contexts=frozenset({"c1"}))
        _, after = await arrived(world, Arrival(identity=stronger), again)
        return before, after

    before, after = asyncio.run(walk())
    assert after.id == before.id
    assert after.identity.methods == {"pwd", "hwk", "mfa"}
    assert (before.changed, after.changed) == (None, world.clock.now())


def test_somebody_else_who_steps_up_in_this_browser_gets_a_session_of_their_own(world: World) -> None:
    async def walk() -> tuple[Session, Session]:
        secret, before = await arrived(world, Arrival(identity=ADA))
        stronger = Arrival(identity=replace(BOB, contexts=frozenset({"c1"})))
        _, after = await arrived(world, stronger, replace(VISIT, session_secret=secret))
        return before, after

    before, after = asyncio.run(walk())
    assert after.id != before.id
    assert after.identity == BOB


class ChangesItsMind:
    """Admits the first time, and says something else from then on: a directory pushed in between."""

    def __init__(self, *, then: Identity | None) -> None:
        self._answers: list[Identity | None] = [then, ADA]

    async def admitted(self, identity: Identity) -> Identity:
        answer = self._answers.pop()
        if answer is None:
            raise SignInRefused("Your account is disabled.")
        return answer


def arrivals_with(world: World, admission: ChangesItsMind) -> Arrivals:
    return Arrivals(
        world.stores.sessions,
        current=world.current,
        admission=admission,
        ending=world.sessions,
        clock=world.clock,
        randomness=world.randomness,
    )


def test_who_is_shut_out_while_signing_in_gets_no_session(world: World) -> None:
    async def walk() -> list[Session]:
        with pytest.raises(SignInRefused):
            await arrivals_with(world, ChangesItsMind(then=None)).signed_in(Arrival(identity=ADA), VISIT)
        return list(await world.sessions.listed())

    assert asyncio.run(walk()) == []


def test_whose_groups_change_while_signing_in_has_the_new_ones(world: World) -> None:
    promoted = replace(ADA, groups=frozenset({"admins"}))

    async def walk() -> list[Identity]:
        await arrivals_with(world, ChangesItsMind(then=promoted)).signed_in(Arrival(identity=ADA), VISIT)
        return [session.identity for session in await world.sessions.listed()]

    assert asyncio.run(walk()) == [promoted]


def test_signing_in_again_in_the_same_browser_ends_the_session_before(world: World) -> None:
    async def walk() -> tuple[bool, bool, bool]:
        secret, first = await arrived(world, Arrival(identity=ADA))
        _, elsewhere = await arrived(world, Arrival(identity=ADA))
        _, second = await arrived(world, Arrival(identity=ADA), replace(VISIT, session_secret=secret))
        kept = [await world.stores.sessions.get(session.id) for session in (first, elsewhere, second)]
        one, two, three = (world.arrivals.is_live(session) for session in kept)
        return one, two, three

    assert asyncio.run(walk()) == (False, True, True)


def test_somebody_else_in_the_same_browser_ends_nobodys_session(world: World) -> None:
    async def walk() -> bool:
        secret, first = await arrived(world, Arrival(identity=ADA))
        await arrived(world, Arrival(identity=BOB), replace(VISIT, session_secret=secret))
        return world.arrivals.is_live(await world.stores.sessions.get(first.id))

    assert asyncio.run(walk())


def test_who_comes_back_with_other_facts_gets_a_new_session_and_the_old_one_ends(world: World) -> None:
    async def walk() -> tuple[Session, Session, Session]:
        secret, before = await arrived(world, Arrival(identity=ADA))
        changed = replace(ADA, groups=frozenset({"sales"}), contexts=frozenset({"c1"}))
        _, after = await arrived(world, Arrival(identity=changed), replace(VISIT, session_secret=secret))
        return before, after, await world.stores.sessions.get(before.id)

    before, after, old = asyncio.run(walk())
    assert after.id != before.id
    assert after.identity.groups == {"sales"}
    assert old.revoked is not None
