from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from dataclasses import replace
from datetime import timedelta
from typing import TypeVar

import pytest

from doorward.envoy import names
from doorward.model.errors import Conflict, Invalid, NotFound
from doorward.model.grant import Grant
from doorward.model.ids import ApplicationId, GrantId, ListId, TunnelId
from doorward.model.named_list import ListKind, NamedList
from doorward.model.policy import Approval, Purpose
from doorward.model.session import ApplicationSession, Session
from doorward.ports.relays import LiveStream
from doorward.services.entering import NeedsGrant
from doorward.services.flows import Flow
from doorward.services.grants import MOST_WAITING
from doorward.services.questions import Answer, Deny, Pass, SendToSignIn
from doorward.services.secrets import hashed
from tests.fakes.stores import FakeStores
from tests.services.granting import wanting
from tests.services.sample import ADA, BOB, SOURCE, ask, configuration
from tests.services.signing_in import enter, signed_in
from tests.services.world import World

T = TypeVar("T")
HELLO = ApplicationId("hello")
HOUR = timedelta(hours=1)
BY_BOB = Approval(approvers=(BOB.email,), longest=timedelta(hours=8))


def run(asked: Awaitable[T]) -> T:
    async def awaited() -> T:
        return await asked

    return asyncio.run(awaited())


def world_wanting(*, purpose: Purpose | None = None, approval: Approval | None = None) -> World:
    world = World(stores=FakeStores(wanting(configuration(), purpose=purpose, approval=approval)))
    asyncio.run(world.begin())
    return world


def ask_for(world: World, session: Session, *, wanted: timedelta = HOUR, reason: str = "to mend it") -> Grant:
    asked = world.grants.ask(session, HELLO, reason=reason, wanted=wanted, source=SOURCE, target="/")

    async def settled() -> Grant:
        grant = await asked
        await world.background.settled()
        return grant

    return asyncio.run(settled())


def answer(world: World, session: Session) -> Answer:
    """What the edge is told of a request of this session at the application."""

    async def asked() -> Answer:
        secret = world.randomness.token()
        await world.stores.sessions.create_foothold(
            ApplicationSession(
                session=session.id,
                application=HELLO,
                created=world.clock.now(),
                expires=session.expires,
            ),
            secret_hash=hashed(secret),
        )
        return await world.decider.answer(ask(cookies={names.FOOTHOLD_COOKIE: secret}))

    return asyncio.run(asked())


# --- a reason ---------------------------------------------------------------------------------------


def test_who_has_not_said_why_is_sent_to_say_it_and_then_is_in() -> None:
    world = world_wanting(purpose=Purpose(prompt="Ticket number?"))
    session = run(signed_in(world))
    first = answer(world, session)
    assert isinstance(first, SendToSignIn)
    assert first.facts.reason == "purpose-required"
    needed = run(
        world.entering.onward(
            session, Flow(HELLO, "hello.example.com", "/", "b"), source=SOURCE, request_id="r1"
        )
    )
    assert isinstance(needed, NeedsGrant)
    assert (needed.policy.purpose, needed.asked) == (Purpose(prompt="Ticket number?"), None)
    grant = ask_for(world, session)
    assert (grant.reason, grant.until) == ("to mend it", world.clock.now() + timedelta(hours=24))
    assert isinstance(answer(world, session), Pass)


def test_a_reason_is_asked_for_once_in_a_session_and_again_in_the_next() -> None:
    world = world_wanting(purpose=Purpose())
    session = run(signed_in(world))
    ask_for(world, session)
    with pytest.raises(Conflict, match="nothing has to be asked for"):
        ask_for(world, session)
    assert isinstance(answer(world, run(signed_in(world))), SendToSignIn)


@pytest.mark.parametrize("reason", ["", "  \n ", "x" * 501, "a\0b"])
def test_a_reason_says_something(reason: str) -> None:
    world = world_wanting(purpose=Purpose())
    with pytest.raises(Invalid, match="what you need it for"):
        ask_for(world, run(signed_in(world)), reason=reason)


def test_a_reason_lets_nobody_in_whom_the_rules_keep_out() -> None:
    world = world_wanting(purpose=Purpose())
    bob = run(signed_in(world, BOB.email, "bob's"))
    with pytest.raises(Conflict):
        ask_for(world, bob)
    refused = answer(world, bob)
    assert isinstance(refused, Deny)
    assert refused.status == 403


# --- an approval ------------------------------------------------------------------------------------


def test_an_approver_is_told_by_mail_and_lets_the_person_in_for_the_time_they_choose() -> None:
    world = world_wanting(approval=BY_BOB)
    ada, bob = run(signed_in(world)), run(signed_in(world, BOB.email, "bob's"))
    grant = ask_for(world, ada)
    (mail,) = world.approval_mail.sent
    assert (mail.recipient, mail.person, mail.reason, mail.minutes) == (
        BOB.email,
        ADA.email,
        "to mend it",
        60,
    )
    waiting = answer(world, ada)
    assert isinstance(waiting, SendToSignIn)
    assert waiting.facts.reason == "approval-required"
    (to_decide,) = run(world.grants.to_decide(bob))
    assert (to_decide.grant.person, to_decide.longest) == (ADA.email, HOUR)
    given = run(world.grants.approve(bob, grant.id, lifetime=timedelta(minutes=30)))
    assert given.until == world.clock.now() + timedelta(minutes=30)
    assert isinstance(answer(world, ada), Pass)
    world.clock.advance(timedelta(minutes=30))
    assert isinstance(answer(world, ada), SendToSignIn)


def test_the_mail_server_being_away_stops_nobody() -> None:
    world = world_wanting(approval=BY_BOB)
    world.approval_mail.down = True
    ada, bob = run(signed_in(world)), run(signed_in(world, BOB.email, "bob's"))
    grant = ask_for(world, ada)
    run(world.grants.approve(bob, grant.id, lifetime=HOUR))
    assert isinstance(answer(world, ada), Pass)


def test_nobody_decides_for_themselves_and_nobody_who_is_not_named() -> None:
    world = world_wanting(approval=Approval(approvers=(ADA.email, "boss@example.com")))
    ada, bob = run(signed_in(world)), run(signed_in(world, BOB.email, "bob's"))
    grant = ask_for(world, ada)
    assert [mail.recipient for mail in world.approval_mail.sent] == ["boss@example.com"]
    for session in (ada, bob):
        assert run(world.grants.to_decide(session)) == []
        for decide in (
            world.grants.approve(session, grant.id, lifetime=HOUR),
            world.grants.refuse(session, grant.id),
        ):
            with pytest.raises(NotFound):
                run(decide)
    assert isinstance(answer(world, ada), SendToSignIn)


def test_where_two_must_approve_one_is_not_enough_and_counts_once() -> None:
    present = configuration()
    approval = Approval(approvers=(BOB.email,), approver_lists=(ListId("chiefs"),), needed=2)
    chiefs = NamedList(id=ListId("chiefs"), kind=ListKind.EMAIL, items=("carl@example.com",))
    world = World(stores=FakeStores(replace(wanting(present, approval=approval), lists=(chiefs,))))
    world.passwords.add(replace(BOB, subject="carl@example.com", email="carl@example.com"), password="carl's")
    asyncio.run(world.begin())
    ada, bob = run(signed_in(world)), run(signed_in(world, BOB.email, "bob's"))
    carl = run(signed_in(world, "carl@example.com", "carl's"))
    grant = ask_for(world, ada)
    run(world.grants.approve(bob, grant.id, lifetime=HOUR))
    with pytest.raises(Conflict, match="approved this already"):
        run(world.grants.approve(bob, grant.id, lifetime=HOUR))
    assert isinstance(answer(world, ada), SendToSignIn)
    assert run(world.grants.approve(carl, grant.id, lifetime=HOUR)).until is not None
    assert isinstance(answer(world, ada), Pass)


@pytest.mark.parametrize("lifetime", [timedelta(seconds=59), timedelta(hours=1, seconds=1)])
def test_nobody_gives_more_than_was_asked_for(lifetime: timedelta) -> None:
    world = world_wanting(approval=BY_BOB)
    ada, bob = run(signed_in(world)), run(signed_in(world, BOB.email, "bob's"))
    grant = ask_for(world, ada)
    with pytest.raises(Invalid, match="times that are offered"):
        run(world.grants.approve(bob, grant.id, lifetime=lifetime))


@pytest.mark.parametrize("wanted", [timedelta(0), timedelta(hours=9)])
def test_nobody_asks_for_more_than_the_policy_gives(wanted: timedelta) -> None:
    world = world_wanting(approval=BY_BOB)
    with pytest.raises(Invalid, match="times that are offered"):
        ask_for(world, run(signed_in(world)), wanted=wanted)


def test_one_request_waits_at_a_time_and_not_many_of_one_session() -> None:
    world = world_wanting(approval=BY_BOB)
    ada = run(signed_in(world))
    grant = ask_for(world, ada)
    with pytest.raises(Conflict, match="asked for already"):
        ask_for(world, ada)
    for number in range(MOST_WAITING):
        other = replace(grant, id=GrantId(f"g{number}"), application=ApplicationId(f"a{number}"))
        run(world.stores.grants.add(other))
    bob = run(signed_in(world, BOB.email, "bob's"))
    run(world.grants.refuse(bob, grant.id))
    with pytest.raises(Conflict, match="10 requests of yours"):
        ask_for(world, ada)


def test_who_was_refused_may_ask_again() -> None:
    world = world_wanting(approval=BY_BOB)
    ada, bob = run(signed_in(world)), run(signed_in(world, BOB.email, "bob's"))
    run(world.grants.refuse(bob, ask_for(world, ada).id))
    needed = run(
        world.entering.onward(ada, Flow(HELLO, "hello.example.com", "/", "b"), source=SOURCE, request_id="r1")
    )
    assert isinstance(needed, NeedsGrant)
    assert needed.asked is not None
    assert needed.asked.closed_by == BOB.email
    assert ask_for(world, ada).is_waiting


# --- its end ----------------------------------------------------------------------------------------


def test_what_is_taken_back_ends_at_once_with_what_is_open_and_nobody_else_is_disturbed() -> None:
    world = world_wanting(approval=BY_BOB)
    ada, bob = run(signed_in(world)), run(signed_in(world, BOB.email, "bob's"))
    hers = run(signed_in(world))
    for session in (ada, hers):
        run(world.grants.approve(bob, ask_for(world, session).id, lifetime=HOUR))
    stream = LiveStream(
        id="1",
        session=ada.id,
        application=HELLO,
        tunnel=TunnelId("t1"),
        source=str(SOURCE),
        opened=world.clock.now(),
    )
    other = replace(stream, id="2", session=hers.id)
    world.relays.open = [stream, other]
    (grant,) = run(world.stores.grants.of_session(ada.id))
    run(world.grants.refuse(bob, grant.id))
    assert world.relays.open == [other]
    assert isinstance(answer(world, ada), SendToSignIn)
    assert isinstance(answer(world, hers), Pass)
    assert run(world.stores.sessions.get(ada.id)).changed == world.clock.now()


def test_a_token_never_outlives_a_grant() -> None:
    world = world_wanting(approval=BY_BOB)
    ada, bob = run(signed_in(world)), run(signed_in(world, BOB.email, "bob's"))
    run(world.grants.approve(bob, ask_for(world, ada).id, lifetime=timedelta(minutes=5)))
    passed = answer(world, ada)
    assert isinstance(passed, Pass)
    claims = world.tokens.verify(passed.headers["cf-access-jwt-assertion"])
    assert claims["exp"] - claims["iat"] == 299


def test_an_administrator_sees_and_takes_back_every_grant() -> None:
    world = world_wanting(purpose=Purpose())
    session = run(signed_in(world))
    grant = ask_for(world, session)
    assert run(world.grants.listed()) == [grant]
    assert world.grant_ends.next_moment() == grant.until
    run(world.grants.revoke(grant.id))
    assert run(world.grants.listed()) == []
    assert isinstance(answer(world, session), SendToSignIn)


def test_a_policy_that_asks_no_more_or_other_approvers_counts_as_it_is_now() -> None:
    world = world_wanting(approval=BY_BOB)
    ada, bob = run(signed_in(world)), run(signed_in(world, BOB.email, "bob's"))
    grant = ask_for(world, ada)
    others = Approval(approvers=("boss@example.com",))
    run(world.stores.configurations.replace(wanting(configuration(), approval=others)))
    run(world.publisher.publish())
    assert run(world.grants.to_decide(bob)) == []
    with pytest.raises(NotFound):
        run(world.grants.approve(bob, grant.id, lifetime=HOUR))


def test_who_signed_out_meanwhile_is_given_nothing() -> None:
    world = world_wanting(approval=BY_BOB)
    ada, bob = run(signed_in(world)), run(signed_in(world, BOB.email, "bob's"))
    grant = ask_for(world, ada)
    run(world.sessions.end([ada.id]))
    with pytest.raises(Conflict, match="not signed in any more"):
        run(world.grants.approve(bob, grant.id, lifetime=HOUR))


def test_somebody_who_is_signed_in_elsewhere_too_gets_nothing_there() -> None:
    world = world_wanting(purpose=Purpose())
    ask_for(world, run(signed_in(world)))
    cookies = enter(world, ADA)
    assert isinstance(run(world.decider.answer(ask(cookies=cookies))), SendToSignIn)
