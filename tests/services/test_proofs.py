from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from doorward.envoy import names
from doorward.model.application import Application
from doorward.model.ids import ApplicationId, PolicyId
from doorward.model.policy import Policy
from doorward.policy.compiler import compile_application
from doorward.policy.decision import Decision
from doorward.services.proofs import Proof, Proofs, session_end
from doorward.services.questions import Question
from tests.fakes.clock import START
from tests.services.sample import ADA, ENGINEERS, application, ask
from tests.services.signing_in import enter
from tests.services.world import World

HOUR = timedelta(hours=1)
DAY = timedelta(hours=24)


@pytest.fixture
def world() -> World:
    world = World()
    asyncio.run(world.begin())
    return world


def proof(world: World, question: Question, name: str = "hello") -> Proof | None:
    in_force = world.current.get()
    proofs = Proofs(world.stores.sessions, tokens=world.tokens, clock=world.clock)
    found = in_force.configuration.application(ApplicationId(name))
    return asyncio.run(proofs.at(in_force, found, question))


def ends(made: Application, policy: Policy, *, latest: datetime = START + DAY) -> timedelta:
    compiled = compile_application(made, [policy], ())
    end = session_end(made, compiled, Decision.allow(policy), since=START, latest=latest)
    return end - START


@pytest.mark.parametrize(
    ("of_policy", "of_application", "expected"),
    [
        (None, None, DAY),
        (None, HOUR, HOUR),
        (HOUR * 2, None, HOUR * 2),
        (HOUR * 2, HOUR, HOUR * 2),
        (HOUR / 2, HOUR, HOUR / 2),
        (DAY * 9, HOUR, DAY),
        (None, DAY * 9, DAY),
    ],
)
def test_the_policy_counts_before_the_application_and_nothing_lasts_longer_than_the_sign_in(
    of_policy: timedelta | None, of_application: timedelta | None, expected: timedelta
) -> None:
    made = replace(application("hello"), session_duration=of_application)
    assert ends(made, replace(ENGINEERS, session_duration=of_policy)) == expected


def test_the_duration_is_that_of_the_policy_that_admitted() -> None:
    made = replace(application("hello"), session_duration=HOUR)
    office = replace(ENGINEERS, id=PolicyId("office"), session_duration=HOUR * 8)
    compiled = compile_application(made, [office, ENGINEERS], ())
    for policy, expected in ((office, HOUR * 8), (ENGINEERS, HOUR)):
        end = session_end(made, compiled, Decision.allow(policy), since=START, latest=START + DAY)
        assert end == START + expected


def test_a_foothold_proves_the_session_since_somebody_came_in(world: World) -> None:
    cookies = enter(world, ADA)
    came = world.clock.now()
    world.clock.advance(HOUR * 3)
    found = proof(world, ask(cookies={names.FOOTHOLD_COOKIE: cookies[names.FOOTHOLD_COOKIE]}))
    assert found is not None
    assert (found.since, found.until) == (came, came + DAY)
    assert found.session.identity == ADA


def test_a_token_proves_nothing_beyond_its_own_end(world: World) -> None:
    cookies = enter(world, ADA)
    made = world.clock.now()
    world.clock.advance(HOUR / 2)
    found = proof(world, ask(cookies={names.TOKEN_COOKIE: cookies[names.TOKEN_COOKIE]}))
    assert found is not None
    assert found.until == made + HOUR


def test_without_either_nothing_is_proved(world: World) -> None:
    assert proof(world, ask()) is None
    assert proof(world, ask(cookies={names.FOOTHOLD_COOKIE: "x", names.TOKEN_COOKIE: "y"})) is None
    assert proof(world, ask(cookies=enter(world, ADA, application="open"))) is None
