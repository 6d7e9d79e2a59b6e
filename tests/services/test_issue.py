from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from doorward.model.access import AccessRequest, Identity
from doorward.model.application import Application
from doorward.model.claims import Verdicts
from doorward.model.ids import ApplicationId, SessionId
from doorward.model.service_token import ProvenMachine
from doorward.model.session import Session
from doorward.services import issue
from doorward.services.issue import Issued
from tests.services.sample import ADA, SOURCE
from tests.services.world import World


@pytest.fixture
def world() -> World:
    world = World()
    asyncio.run(world.begin())
    return world


def hello(world: World) -> Application:
    return world.current.get().configuration.application(ApplicationId("hello"))


def asked(world: World, person: Identity | None = None) -> AccessRequest:
    return AccessRequest(application=hello(world).id, source=SOURCE, identity=person, at=world.clock.now())


def for_ada(world: World, *groups: str, left: timedelta, until: datetime | None = None) -> Issued:
    now = world.clock.now()
    ada = replace(ADA, groups=frozenset({"engineers", *groups}))
    session = Session(id=SessionId("s-1"), identity=ada, created=now, expires=now + left)
    return issue.for_person(
        world.tokens,
        world.current.get(),
        hello(world),
        session,
        request=asked(world, ada),
        stay=issue.Stay(None, until or session.expires),
        now=now,
    )


def test_a_persons_token_is_good_for_an_hour_and_for_this_application(world: World) -> None:
    issued = for_ada(world, left=timedelta(hours=8))
    claims = world.tokens.verify(issued.token)
    assert issued.lifetime == timedelta(hours=1)
    assert datetime.fromtimestamp(claims["exp"], tz=world.clock.now().tzinfo) == (
        world.clock.now() + timedelta(hours=1)
    )
    assert (claims["email"], claims["sid"]) == ("ada@example.com", "s-1")
    assert "audience-of-hello" in claims["aud"]


def test_a_token_never_outlives_the_session(world: World) -> None:
    assert for_ada(world, left=timedelta(minutes=3)).lifetime == timedelta(minutes=3)


def test_a_token_never_outlives_the_time_in_the_application(world: World) -> None:
    until = world.clock.now() + timedelta(minutes=2)
    assert for_ada(world, left=timedelta(hours=3), until=until).lifetime == timedelta(minutes=2)


def test_groups_that_no_policy_mentions_do_not_make_the_cookie_longer(world: World) -> None:
    many = for_ada(world, *(f"group-{i}" for i in range(1000)), left=timedelta(hours=1))
    assert "group-1" not in str(world.tokens.verify(many.token))
    assert "engineers" in str(world.tokens.verify(many.token))
    assert len(many.token) < 1500


@pytest.mark.parametrize(("left", "lifetime"), [(None, 60), (5, 5), (600, 60)])
def test_a_machines_token_never_outlives_the_service_token(
    world: World, left: int | None, lifetime: int
) -> None:
    now = world.clock.now()
    (ci,) = world.current.get().configuration.service_tokens
    token = replace(ci, expires=now + timedelta(minutes=left) if left else None)
    machine = ProvenMachine(token, token.secret_hash)
    issued = issue.for_machine(
        world.tokens, world.current.get(), hello(world), machine, found=Verdicts(), now=now
    )
    claims = world.tokens.verify(issued.token)
    assert issued.lifetime == timedelta(minutes=lifetime)
    assert claims["credential"] == machine.credential
    assert claims["common_name"] == "ci.access"
    assert "email" not in claims


def test_a_machines_token_does_not_outlive_the_grace_of_the_secret_it_was_proven_by(world: World) -> None:
    now = world.clock.now()
    (ci,) = world.current.get().configuration.service_tokens
    until = now + timedelta(minutes=7)
    token = replace(ci, secret_hash="1" * 64, previous_secret_hash=ci.secret_hash, previous_until=until)
    for secret_hash, minutes in ((token.secret_hash, 60), (token.previous_secret_hash, 7)):
        machine = ProvenMachine(token, secret_hash)
        issued = issue.for_machine(
            world.tokens, world.current.get(), hello(world), machine, found=Verdicts(), now=now
        )
        assert issued.lifetime == timedelta(minutes=minutes)


def test_a_machines_token_does_not_outlive_what_was_found_about_its_request(world: World) -> None:
    now = world.clock.now()
    (ci,) = world.current.get().configuration.service_tokens
    found = Verdicts(met=frozenset({"judged"}), until=now + timedelta(minutes=5))
    machine = ProvenMachine(ci, ci.secret_hash)
    issued = issue.for_machine(world.tokens, world.current.get(), hello(world), machine, found=found, now=now)
    assert issued.lifetime == timedelta(minutes=5) - issue.SKEW
    assert world.tokens.verify(issued.token)["met"] == ["judged"]
