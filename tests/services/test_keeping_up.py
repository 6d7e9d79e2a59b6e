from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from doorward.model.errors import SignInRefused, Unavailable
from doorward.model.identity_provider import EntraId, IdentityProvider
from doorward.model.session import Session
from doorward.ports.identity import Arrival, Standing
from doorward.services.keeping_up import DISABLED, PAUSE, REVOKED
from tests.fakes.stores import FakeStores
from tests.services.sample import COMPANY, configuration, person
from tests.services.signing_in import VISIT
from tests.services.world import World

EVE = person("eve", "engineers", provider=COMPANY)
MINUTE = timedelta(minutes=1)


def world_with(*, recheck: timedelta = timedelta(), poll: timedelta = timedelta()) -> World:
    """Eve is signed in through a directory that is asked so often."""
    present = configuration()
    settings = EntraId(tenant="t", client_id="c", recheck_every=recheck, poll_every=poll)
    others = tuple(p for p in present.identity_providers if p.id != COMPANY)
    providers = (*others, IdentityProvider(id=COMPANY, settings=settings))
    world = World(stores=FakeStores(replace(present, identity_providers=providers)))
    asyncio.run(world.begin())
    arrival = Arrival(identity=EVE, refresh_token="first", authenticated=world.clock.now())
    asyncio.run(world.arrivals.signed_in(arrival, VISIT))
    return world


def a_round(world: World, *, after: timedelta = MINUTE) -> None:
    world.clock.advance(after)

    async def asked() -> None:
        await asyncio.gather(*world.keeping_up.begin_round())

    asyncio.run(asked())


def sessions(world: World) -> list[Session]:
    return list(asyncio.run(world.sessions.listed()))


def last_word(world: World) -> str:
    (ended,) = asyncio.run(world.stores.sessions.revoked_since(world.clock.now() - MINUTE))
    return asyncio.run(world.stores.sessions.get(ended)).why_revoked


def test_nobody_is_asked_who_is_not_to_be() -> None:
    world = world_with()
    a_round(world)
    assert (world.redirect.redeemed, world.redirect.asked_groups) == ([], [])


def test_a_refresh_token_is_redeemed_when_it_is_due_and_the_next_one_kept() -> None:
    world = world_with(recheck=MINUTE)
    world.redirect.rechecked = Arrival(identity=EVE, refresh_token="second")
    a_round(world, after=MINUTE / 2)
    assert world.redirect.redeemed == []
    a_round(world, after=MINUTE / 2)
    a_round(world, after=MINUTE / 2)
    assert world.redirect.redeemed == ["first"]
    a_round(world, after=MINUTE / 2)
    assert world.redirect.redeemed == ["first", "second"]


def test_a_refusal_ends_the_session_with_the_providers_reason() -> None:
    world = world_with(recheck=MINUTE)
    world.redirect.rechecked = SignInRefused("Your account is disabled.", code="AADSTS50057")
    a_round(world)
    assert sessions(world) == []
    assert last_word(world) == "Your account is disabled. AADSTS50057"


def test_a_provider_that_does_not_answer_ends_nothing_and_is_left_alone_for_a_while() -> None:
    world = world_with(recheck=MINUTE, poll=MINUTE)
    world.redirect.directory_fault = Unavailable("The directory does not answer.")
    a_round(world)
    asked = len(world.redirect.asked_groups)
    a_round(world, after=PAUSE / 2)
    assert (len(sessions(world)), len(world.redirect.asked_groups)) == (1, asked)
    world.redirect.directory_fault = None
    a_round(world, after=MINUTE)
    assert len(world.redirect.asked_groups) == asked + 1


def test_a_provider_that_does_not_redeem_ends_nothing_and_is_left_alone_for_a_while() -> None:
    world = world_with(recheck=MINUTE)
    world.redirect.rechecked = Unavailable("The provider does not answer.")
    a_round(world)
    asked = len(world.redirect.redeemed)
    a_round(world, after=PAUSE / 2)
    assert (len(sessions(world)), len(world.redirect.redeemed)) == (1, asked)
    world.redirect.rechecked = Arrival(identity=EVE, refresh_token="second")
    a_round(world)
    assert len(world.redirect.redeemed) == asked + 1


def test_new_groups_are_taken_over() -> None:
    world = world_with(recheck=MINUTE)
    world.redirect.rechecked = Arrival(identity=replace(EVE, groups=frozenset({"sales"})))
    a_round(world)
    assert sessions(world)[0].identity.groups == {"sales"}
    assert sessions(world)[0].changed == world.clock.now()


def test_the_directory_is_asked_for_the_groups_that_policies_look_at() -> None:
    world = world_with(poll=MINUTE)
    world.redirect.standing = {EVE.subject: Standing(enabled=True, groups=frozenset({"engineers"}))}
    a_round(world)
    assert world.redirect.asked_groups == [frozenset({"engineers"})]
    assert sessions(world)[0].changed is None


def test_somebody_who_was_disabled_is_out() -> None:
    world = world_with(poll=MINUTE)
    world.redirect.standing = {EVE.subject: Standing(enabled=False)}
    a_round(world)
    assert sessions(world) == []
    assert last_word(world) == DISABLED


def test_somebody_who_left_a_group_loses_it_and_keeps_those_that_were_not_asked_for() -> None:
    world = world_with(poll=MINUTE)
    (present,) = sessions(world)
    richer = replace(present, identity=replace(EVE, groups=frozenset({"engineers", "choir"})))
    asyncio.run(world.stores.sessions.update(richer))
    world.redirect.standing = {EVE.subject: Standing(enabled=True)}
    a_round(world)
    assert sessions(world)[0].identity.groups == {"choir"}


@pytest.mark.parametrize(("later", "left"), [(timedelta(seconds=30), 0), (-MINUTE, 1)])
def test_sign_ins_from_before_the_directory_revoked_them_are_over(later: timedelta, left: int) -> None:
    world = world_with(poll=MINUTE)
    valid_from = world.clock.now() + later
    world.redirect.standing = {EVE.subject: Standing(enabled=True, groups=EVE.groups, valid_from=valid_from)}
    a_round(world)
    assert len(sessions(world)) == left
    if not left:
        assert last_word(world) == REVOKED


def test_somebody_of_whom_the_directory_said_nothing_stays() -> None:
    world = world_with(poll=MINUTE)
    a_round(world)
    assert len(sessions(world)) == 1


def test_a_provider_that_is_being_asked_is_not_asked_again() -> None:
    world = world_with(poll=MINUTE)

    async def twice() -> tuple[int, int]:
        world.clock.advance(MINUTE)
        first = world.keeping_up.begin_round()
        second = world.keeping_up.begin_round()
        same = len({*first, *second})
        await world.keeping_up.close()
        return len(first), same

    assert asyncio.run(twice()) == (1, 1)
