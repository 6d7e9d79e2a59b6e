from __future__ import annotations

import asyncio
import base64
from collections.abc import Awaitable, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import TypeVar

import pytest

from doorward.envoy import names
from doorward.model.access_pass import AccessPass, PassRules, Presented
from doorward.model.errors import Conflict, Invalid, NotFound, Refused
from doorward.model.ids import PassId, TunnelId
from doorward.model.session import Session
from doorward.ports.relays import LiveStream
from doorward.services.passes import MOST, NewPass
from doorward.services.questions import Answer, Deny, Pass
from tests.fakes.stores import FakeStores
from tests.services.sample import BOB, ENGINEERS, SOURCE, application, ask, configuration
from tests.services.signing_in import signed_in
from tests.services.world import World

T = TypeVar("T")
MONTH = timedelta(days=30)
EVERY_WAY = PassRules(presented=frozenset(Presented))


def taking(**rules: PassRules) -> World:
    """A world in which these applications take passes."""
    present = configuration()
    applications = tuple(replace(a, passes=rules.get(a.id)) for a in present.applications)
    world = World(stores=FakeStores(replace(present, applications=applications)))
    asyncio.run(world.begin())
    return world


@pytest.fixture
def world() -> World:
    return taking(hello=EVERY_WAY)


def run(asked: Awaitable[T]) -> T:
    async def awaited() -> T:
        return await asked

    return asyncio.run(awaited())


def make(world: World, session: Session, application: str = "hello", *, paths: Sequence[str] = ()) -> NewPass:
    return run(
        world.passes.create(session, application, name="Phone", lifetime=MONTH, paths=paths, source=SOURCE)
    )


def answer(
    world: World,
    headers: Mapping[str, Sequence[str]] | None = None,
    *,
    target: str = "/",
    host: str = "hello.example.com",
) -> Answer:
    return run(world.decider.answer(ask(host, target, headers=headers or {})))


def by_header(secret: str) -> Mapping[str, Sequence[str]]:
    return {names.PASS_HEADER: [secret]}


def by_basic(secret: str, user: str = "ada") -> Mapping[str, Sequence[str]]:
    return {"authorization": ["Basic " + base64.b64encode(f"{user}:{secret}".encode()).decode()]}


# --- making them ------------------------------------------------------------------------------------


def test_a_pass_is_for_one_person_one_application_and_one_device(world: World) -> None:
    session = run(signed_in(world))
    new = make(world, session, paths=["/dav/", "/api"])
    assert new.secret.startswith("dwap_")
    assert (new.made.application, new.made.name, new.made.paths) == ("hello", "Phone", ("/dav", "/api"))
    assert new.made.expires == world.clock.now() + MONTH
    assert run(world.passes.listed_of(session)) == [new.made]
    assert new.secret not in repr(new)


def test_people_make_passes_only_for_what_takes_them_and_lets_them_in(world: World) -> None:
    ada = run(signed_in(world))
    bob = run(signed_in(world, BOB.email, "bob's"))
    assert [a.id for a in run(world.passes.offered(ada, source=SOURCE))] == ["hello"]
    assert list(run(world.passes.offered(bob, source=SOURCE))) == []
    for session, name in ((bob, "hello"), (ada, "open"), (ada, "nothing")):
        with pytest.raises(Refused, match="cannot make a pass"):
            make(world, session, name)


@pytest.mark.parametrize("lifetime", [timedelta(minutes=59), timedelta(days=91), timedelta(days=-1)])
def test_a_pass_lives_from_an_hour_to_what_the_application_allows(world: World, lifetime: timedelta) -> None:
    session = run(signed_in(world))
    with pytest.raises(Invalid, match="from an hour to 90 days"):
        run(world.passes.create(session, "hello", name="x", lifetime=lifetime, source=SOURCE))


@pytest.mark.parametrize("name", ["", "  ", "x" * 61, "a\0b"])
def test_a_device_has_a_name(world: World, name: str) -> None:
    session = run(signed_in(world))
    with pytest.raises(Invalid, match="what the pass is for"):
        run(world.passes.create(session, "hello", name=name, lifetime=MONTH, source=SOURCE))


@pytest.mark.parametrize("path", ["dav", "/a/../b", "//a", "/a?b", "/%61", "/a;b", "/ä", "/" + "x" * 200])
def test_a_path_is_written_plainly(world: World, path: str) -> None:
    with pytest.raises(Invalid, match="is not a path"):
        make(world, run(signed_in(world)), paths=[path])


def test_nobody_has_more_than_they_can_look_after(world: World) -> None:
    session = run(signed_in(world))
    for _ in range(MOST):
        make(world, session)
    with pytest.raises(Conflict, match="50 passes already"):
        make(world, session)


# --- using them -------------------------------------------------------------------------------------


@pytest.mark.parametrize("way", ["header", "basic", "query"])
def test_whoever_shows_it_comes_in_as_its_person_and_it_stays_at_the_edge(world: World, way: str) -> None:
    secret = make(world, run(signed_in(world))).secret
    headers = {"header": by_header(secret), "basic": by_basic(secret)}.get(way)
    target = f"/x?a=1&doorward_pass={secret}" if way == "query" else "/x"
    passed = answer(world, headers, target=target)
    assert isinstance(passed, Pass)
    assert passed.headers[names.EMAIL_HEADER] == "ada@example.com"
    assert list(passed.cookies) == []
    taken_out = {
        "header": ((names.PASS_HEADER,), ()),
        "basic": (("authorization",), ()),
        "query": ((), ("doorward_pass",)),
    }
    assert (tuple(passed.without_headers), tuple(passed.without_query)) == taken_out[way]


def test_a_way_that_the_application_does_not_take_counts_for_nothing() -> None:
    world = taking(hello=PassRules(presented=frozenset({Presented.HEADER})))
    secret = make(world, run(signed_in(world))).secret
    for headers, target in ((by_basic(secret), "/"), ({}, f"/?doorward_pass={secret}")):
        refused = answer(world, headers, target=target)
        assert isinstance(refused, Deny)
        assert refused.status == 401


def test_the_policies_are_asked_about_the_person_at_every_use(world: World) -> None:
    session = run(signed_in(world))
    secret = make(world, session).secret
    (own,) = [s for s in run(world.sessions.listed()) if s.pass_name]
    moved = replace(own.identity, groups=frozenset({"sales"}))
    run(world.reevaluation.facts_changed([(own, moved)]))
    refused = answer(world, by_header(secret))
    assert isinstance(refused, Deny)
    assert (refused.status, refused.facts.person) == (403, "ada@example.com")


def test_a_pass_for_some_paths_opens_no_other(world: World) -> None:
    secret = make(world, run(signed_in(world)), paths=["/dav"]).secret
    assert isinstance(answer(world, by_header(secret), target="/dav/x?y"), Pass)
    refused = answer(world, by_header(secret), target="/")
    assert isinstance(refused, Deny)
    assert (refused.status, refused.facts.reason) == (403, "pass-for-other-paths")


def changed(secret: str) -> str:
    return secret[:10] + ("A" if secret[10] != "A" else "B") + secret[11:]


def test_what_is_no_pass_is_refused_and_nobody_is_sent_to_sign_in(world: World) -> None:
    secret = make(world, run(signed_in(world))).secret
    for wrong in (changed(secret), "dwap_", "x", secret + "x", "dwst_" + secret[5:], "x" * 600):
        refused = answer(world, {**by_header(wrong), "accept": ["text/html"]})
        assert isinstance(refused, Deny)
        assert refused.status == 401


def test_a_pass_of_one_application_opens_no_other() -> None:
    present = configuration()
    other = replace(application("wiki", ENGINEERS), passes=EVERY_WAY)
    applications = (*(replace(a, passes=EVERY_WAY) for a in present.applications), other)
    world = World(stores=FakeStores(replace(present, applications=applications)))
    asyncio.run(world.begin())
    secret = make(world, run(signed_in(world))).secret
    refused = answer(world, by_header(secret), host="wiki.example.com")
    assert isinstance(refused, Deny)
    assert refused.status == 401


def test_two_passes_in_one_request_are_none(world: World) -> None:
    secret = make(world, run(signed_in(world))).secret
    both = {**by_header(secret), **by_basic(secret)}
    twice = f"/?doorward_pass={secret}&doorward_pass={secret}"
    for headers, target in ((both, "/"), ({}, twice), ({names.PASS_HEADER: [secret, secret]}, "/")):
        refused = answer(world, headers, target=target)
        assert isinstance(refused, Deny)
        assert refused.status == 401


def test_a_password_that_the_origin_asks_for_is_left_to_the_origin(world: World) -> None:
    session = run(signed_in(world))
    assert isinstance(answer(world, by_header(make(world, session).secret)), Pass)
    refused = answer(world, by_basic("the origin's own"))
    assert isinstance(refused, Deny)
    assert "pass" not in " ".join(refused.sentences)


def test_the_assertion_that_the_origin_gets_admits_nobody(world: World) -> None:
    passed = answer(world, by_header(make(world, run(signed_in(world))).secret))
    assert isinstance(passed, Pass)
    token = passed.headers[names.ASSERTION_HEADER]
    for headers in ({names.CLIENT_TOKEN_HEADER: [token]}, {"cookie": [f"{names.TOKEN_COOKIE}={token}"]}):
        assert isinstance(answer(world, headers), Deny)
    with pytest.raises(Refused):
        world.tokens.verify(token)


# --- their end --------------------------------------------------------------------------------------


def test_a_removed_pass_ends_with_all_that_it_has_open(world: World) -> None:
    session = run(signed_in(world))
    new = make(world, session)
    hers = LiveStream(
        id="1",
        session=new.made.session,
        application=new.made.application,
        tunnel=TunnelId("t1"),
        source=str(SOURCE),
        opened=world.clock.now(),
    )
    others = replace(hers, id="2", session=session.id)
    world.relays.open = [hers, others]
    run(world.passes.remove_own(session, new.made.id))
    assert world.relays.open == [others]
    assert run(world.passes.listed_of(session)) == []
    refused = answer(world, by_header(new.secret))
    assert isinstance(refused, Deny)
    assert refused.status == 401


def test_nobody_removes_the_pass_of_somebody_else(world: World) -> None:
    new = make(world, run(signed_in(world)))
    bob = run(signed_in(world, BOB.email, "bob's"))
    for pass_id in (new.made.id, PassId("nothing")):
        with pytest.raises(NotFound):
            run(world.passes.remove_own(bob, pass_id))
    assert isinstance(answer(world, by_header(new.secret)), Pass)


def test_an_administrator_sees_and_ends_every_pass(world: World) -> None:
    new = make(world, run(signed_in(world)))
    ((made, session),) = run(world.passes.listed())
    assert (made, session.identity.email) == (new.made, "ada@example.com")
    run(world.passes.revoke(new.made.id))
    assert run(world.passes.listed()) == []


def test_it_ends_by_itself(world: World) -> None:
    secret = make(world, run(signed_in(world))).secret
    world.clock.advance(MONTH - timedelta(seconds=1))
    assert isinstance(answer(world, by_header(secret)), Pass)
    world.clock.advance(timedelta(seconds=1))
    refused = answer(world, by_header(secret))
    assert isinstance(refused, Deny)
    assert refused.status == 401


def test_ending_all_of_a_persons_sessions_ends_their_passes(world: World) -> None:
    secret = make(world, run(signed_in(world))).secret
    run(world.sessions.revoke_of("ada@example.com"))
    assert isinstance(answer(world, by_header(secret)), Deny)


def test_its_last_use_is_remembered_once_a_minute(world: World) -> None:
    session = run(signed_in(world))
    secret = make(world, session).secret

    def last() -> AccessPass:
        (made,) = run(world.passes.listed_of(session))
        return made

    answer(world, by_header(secret))
    first = last().used
    assert first == world.clock.now()
    world.clock.advance(timedelta(seconds=59))
    answer(world, by_header(secret))
    assert last().used == first
    world.clock.advance(timedelta(seconds=1))
    answer(world, by_header(secret))
    assert last().used == world.clock.now()
