from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from doorward.envoy import names
from doorward.model.access import Identity
from doorward.model.application import Origin
from doorward.model.ids import TunnelId
from doorward.model.session import Session
from doorward.services.questions import Deny, Pass
from tests.services.sample import ADA, ask
from tests.services.signing_in import enter
from tests.services.world import World


@pytest.fixture
def world() -> World:
    world = World()
    asyncio.run(world.begin())
    return world


def session(world: World) -> Session:
    (found,) = asyncio.run(world.sessions.listed())
    return found


def change(world: World, identity: Identity) -> Session:
    world.clock.advance(timedelta(seconds=5))
    asyncio.run(world.reevaluation.facts_changed([(session(world), identity)]))
    return session(world)


def test_somebody_who_left_the_group_is_refused_at_the_next_request(world: World) -> None:
    cookies = enter(world, ADA)
    changed = change(world, replace(ADA, groups=frozenset({"sales"})))
    assert changed.changed == world.clock.now()
    answer = asyncio.run(world.decider.answer(ask("hello.example.com", "/", cookies=cookies)))
    assert isinstance(answer, Deny)


def test_edges_learn_since_when_tokens_count(world: World) -> None:
    enter(world, ADA)
    before = world.publisher.version
    change(world, replace(ADA, groups=frozenset({"sales"})))
    assert world.publisher.version != before


def test_somebody_who_may_still_pass_gets_a_new_token_and_keeps_the_session(world: World) -> None:
    cookies = enter(world, ADA)
    before = session(world)
    changed = change(world, replace(ADA, email="ada@new.example.com"))
    assert changed.id == before.id
    answer = asyncio.run(world.decider.answer(ask("hello.example.com", "/", cookies=cookies)))
    assert isinstance(answer, Pass)
    assert answer.headers[names.EMAIL_HEADER] == "ada@new.example.com"


def test_facts_that_no_policy_looks_at_disturb_nobody(world: World) -> None:
    enter(world, ADA)
    before = world.publisher.version
    changed = change(world, replace(ADA, groups=ADA.groups | {"choir"}))
    assert changed.identity.groups == ADA.groups | {"choir"}
    assert (changed.changed, world.publisher.version) == (None, before)


def test_the_same_facts_again_change_nothing(world: World) -> None:
    enter(world, ADA)
    before = session(world)
    assert change(world, replace(ADA, contexts=frozenset({"c1"}))) == before


def test_a_session_that_ended_meanwhile_stays_ended(world: World) -> None:
    enter(world, ADA)
    ended = session(world)
    asyncio.run(world.sessions.revoke(ended.id))
    asyncio.run(world.reevaluation.facts_changed([(ended, replace(ADA, groups=frozenset()))]))
    assert asyncio.run(world.sessions.listed()) == []


def test_how_somebody_signed_in_stays_true_when_a_provider_is_asked_without_them(world: World) -> None:
    enter(world, replace(ADA, methods=frozenset({"hwk", "mfa"})))
    changed = change(world, replace(ADA, name="Ada King", methods=frozenset()))
    assert changed.identity.name == "Ada King"
    assert changed.identity.methods == {"hwk", "mfa"}


def test_a_fact_that_only_the_origin_is_told_outdates_tokens_too(world: World) -> None:
    told = Origin(url="http://127.0.0.1:8080", tunnel=TunnelId("t1"), identity_headers=(("x-name", "name"),))
    asyncio.run(
        world.configurations.change(
            lambda c: replace(c, applications=(replace(c.applications[0], origin=told), *c.applications[1:]))
        )
    )
    enter(world, ADA)
    assert change(world, replace(ADA, name="Augusta")).changed == world.clock.now()
