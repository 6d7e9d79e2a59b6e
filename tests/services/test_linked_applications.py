"""App-to-app: the server of ``wiki`` calls ``files`` with the assertion that it got for a person."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from ipaddress import ip_address
from typing import Any

import pytest

from doorward.envoy import names
from doorward.model.access import Identity
from doorward.model.application import Application
from doorward.model.configuration import Configuration
from doorward.model.errors import Invalid
from doorward.model.ids import ApplicationId
from doorward.model.policy import Action
from doorward.model.rule import Selector
from doorward.services.questions import Answer, Deny, Pass, SendToSignIn
from tests.fakes.stores import FakeStores
from tests.services.reporting import facts_of, given
from tests.services.sample import ADA, BOB, COMPANY, HOUR, STAFF, application, ask, configuration, policy
from tests.services.signing_in import enter
from tests.services.test_sessions import stream
from tests.services.world import World

ENGINEERS, SALES = Selector("group", "engineers", STAFF), Selector("group", "sales", STAFF)


def linked(*applications: str, **rules: Any) -> Any:
    include = tuple(Selector("linked_app_token", name) for name in applications)
    return policy(Action.SERVICE_AUTH, *include, name="linked", **rules)


WIKI = application("wiki", policy(Action.ALLOW, ENGINEERS, name="people"))
FILES = application("files", linked("wiki"), policy(Action.ALLOW, SALES, name="people"))
CELLAR = application("cellar", linked("files"))
MAIL = application("mail", policy(Action.ALLOW, ENGINEERS, name="people"))


def world_of(*applications: Application) -> World:
    world = World(stores=FakeStores(replace(configuration(), applications=applications)))
    asyncio.run(world.begin())
    return world


@pytest.fixture
def world() -> World:
    return world_of(
        WIKI, FILES, CELLAR, MAIL, application("open", policy(Action.BYPASS, Selector("everyone")))
    )


def assertion(world: World, who: Identity = ADA, application: str = "wiki") -> str:
    """What the application's origin got with a request of this person."""
    return enter(world, who, application=application)[names.TOKEN_COOKIE]


def call(world: World, token: str, host: str = "files", **changes: Any) -> Answer:
    headers = {"cf-access-token": [token], "accept": ["application/json"]}
    question = replace(ask(f"{host}.example.com", "/api", headers=headers), **changes)
    return asyncio.run(world.decider.answer(question))


def test_the_person_is_let_in_and_the_origin_told_who_it_is(world: World) -> None:
    found = call(world, assertion(world))
    assert isinstance(found, Pass)
    assert found.headers[names.EMAIL_HEADER] == "ada@example.com"
    assert not found.cookies
    claims = world.tokens.verify(found.headers[names.ASSERTION_HEADER])
    assert (claims["aud"], claims["email"]) == (["audience-of-files"], "ada@example.com")
    (session,) = asyncio.run(world.sessions.listed())
    assert found.headers[names.SESSION_HEADER] == claims["sid"] == session.id
    assert found.facts.policy == "linked"
    assert found.facts.person == "ada@example.com"


def test_the_new_token_ends_no_later_than_the_one_that_was_shown(world: World) -> None:
    token = assertion(world)
    world.clock.advance(timedelta(minutes=50))
    found = call(world, token)
    assert isinstance(found, Pass)
    shown, given_ = (world.tokens.verify(t)["exp"] for t in (token, found.headers[names.ASSERTION_HEADER]))
    assert given_ == shown


def nothing(world: World) -> str:
    del world
    return ""


def of_a_third_application(world: World) -> str:
    return assertion(world, ADA, "mail")


def its_own(world: World) -> str:
    """Of ``files`` itself, for somebody whom its policies do not admit as a person."""
    return assertion(world, ADA, "files")


def expired(world: World) -> str:
    token = assertion(world)
    world.clock.advance(HOUR)
    return token


def revoked(world: World) -> str:
    token = assertion(world)
    asyncio.run(world.sessions.revoke_of("ada@example.com"))
    return token


def stale(world: World) -> str:
    """The linked application's tokens were all ended."""
    token = assertion(world)

    async def raise_generation() -> None:
        await world.configurations.change(
            lambda c: replace(
                c, applications=tuple(replace(a, generation=a.generation + 1) for a in c.applications)
            )
        )

    asyncio.run(raise_generation())
    return token


def of_a_machine(world: World) -> str:
    everything = application("wiki", policy(Action.SERVICE_AUTH, Selector("any_service_token")))
    with_machines = world_of(everything, FILES)
    headers = {"cf-access-client-id": ["ci.access"], "cf-access-client-secret": ["machine-secret"]}
    answer = asyncio.run(with_machines.decider.answer(ask("wiki.example.com", headers=headers)))
    assert isinstance(answer, Pass)
    claims = with_machines.tokens.verify(answer.headers[names.ASSERTION_HEADER])
    return world.tokens.sign(claims)


def of_several_audiences(world: World) -> str:
    claims = dict(world.tokens.verify(assertion(world)))
    return world.tokens.sign(claims | {"aud": ["audience-of-wiki", "audience-of-files"]})


def of_no_session(world: World) -> str:
    claims = dict(world.tokens.verify(assertion(world)))
    return world.tokens.sign(claims | {"sid": "nothing"})


def of_another_kind(world: World) -> str:
    claims = dict(world.tokens.verify(assertion(world)))
    return world.tokens.sign(claims | {"type": "external_evaluation"})


def broken(world: World) -> str:
    return assertion(world)[:-8] + "AAAAAAAA"


def of_somebody_who_left_the_group(world: World) -> str:
    token = assertion(world)
    (session,) = asyncio.run(world.sessions.listed())
    asyncio.run(world.reevaluation.facts_changed([(session, replace(ADA, groups=frozenset()))]))
    return token


def of_somebody_never_admitted_there(world: World) -> str:
    return assertion(world, replace(BOB, groups=frozenset({"choir"})))


ATTACKS: tuple[Callable[[World], str], ...] = (
    nothing,
    of_a_third_application,
    its_own,
    expired,
    revoked,
    stale,
    of_a_machine,
    of_several_audiences,
    of_no_session,
    of_another_kind,
    broken,
    of_somebody_who_left_the_group,
    of_somebody_never_admitted_there,
)


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.__name__)
def test_any_other_token_lets_nobody_in(world: World, attack: Callable[[World], str]) -> None:
    found = call(world, attack(world))
    assert isinstance(found, Deny)
    assert found.status in {401, 403}


def test_a_token_shown_twice_is_refused(world: World) -> None:
    token = assertion(world)
    found = call(world, token, headers={"cf-access-token": [token, token]})
    assert isinstance(found, Deny)
    assert found.status == 401


def test_the_cookie_of_another_application_is_no_such_token(world: World) -> None:
    cookies = {names.TOKEN_COOKIE: assertion(world)}
    found = asyncio.run(world.decider.answer(ask("files.example.com", cookies=cookies)))
    assert isinstance(found, SendToSignIn)


def test_an_application_that_links_nobody_takes_no_such_token(world: World) -> None:
    assert isinstance(call(world, assertion(world), "mail"), Deny)
    assert isinstance(call(world, assertion(world), "cellar"), Deny)


def test_a_chain_ends_after_one_step_unless_the_person_may_open_the_middle_themselves(world: World) -> None:
    first = call(world, assertion(world))
    assert isinstance(first, Pass)
    onward = first.headers[names.ASSERTION_HEADER]
    assert isinstance(call(world, onward, "cellar"), Deny)
    assert isinstance(call(world, onward, "files"), Deny)  # nor is it worth anything where it came from
    both = assertion(world, replace(ADA, groups=ADA.groups | {"sales"}), "files")
    assert isinstance(call(world, both, "cellar"), Pass)


def test_applications_that_link_each_other_do_not_go_in_circles() -> None:
    left = application("left", linked("right"))
    right = application("right", linked("left"), policy(Action.ALLOW, ENGINEERS, name="people"))
    world = world_of(left, right)
    assert isinstance(call(world, assertion(world, ADA, "right"), "left"), Pass)
    assert isinstance(call(world, assertion(world, ADA, "left"), "right"), Deny)
    narcissus = world_of(application("self", linked("self")))
    assert isinstance(call(narcissus, assertion(narcissus, ADA, "self"), "self"), Deny)


def test_networks_are_judged_by_where_the_call_comes_from_at_both_ends() -> None:
    office = Selector("ip_range", "192.0.2.0/24")
    inside = application("wiki", policy(Action.ALLOW, ENGINEERS, require=(office,)))
    world = world_of(inside, application("files", linked("wiki")))
    token = assertion(world)
    assert isinstance(call(world, token), Pass)
    assert isinstance(call(world, token, source=ip_address("198.51.100.1")), Deny)
    near = world_of(WIKI, application("files", linked("wiki", require=(office,))))
    token = assertion(near)
    assert isinstance(call(near, token), Pass)
    refused = call(near, token, source=ip_address("198.51.100.1"))
    assert isinstance(refused, Deny)
    assert (refused.status, refused.facts.person) == (403, "ada@example.com")


def test_a_bypass_of_the_linked_application_admits_nobody_as_a_person() -> None:
    opened = application("wiki", policy(Action.BYPASS, Selector("everyone")))
    world = world_of(opened, FILES)
    assert isinstance(call(world, assertion(world)), Deny)


def test_an_identity_provider_that_the_application_does_not_take_counts_here_too() -> None:
    picky = replace(FILES, identity_providers=(COMPANY,))
    world = world_of(WIKI, picky)
    assert isinstance(call(world, assertion(world)), Deny)


def test_what_is_known_of_the_person_now_counts_at_the_linked_application() -> None:
    safe = application(
        "wiki", policy(Action.ALLOW, ENGINEERS, exclude=(Selector("risk", "high"),), name="people")
    )
    world = world_of(safe, FILES)
    token = assertion(world)
    assert isinstance(call(world, token), Deny)
    asyncio.run(facts_of(world).report([given(ADA, "risk", "low")]))
    assert isinstance(call(world, token), Pass)
    asyncio.run(facts_of(world).report([given(ADA, "risk", "high")]))
    assert isinstance(call(world, token), Deny)


def test_what_the_new_token_says_is_true_of_the_person() -> None:
    """A deny policy looks at the person's facts: the token must not say that they certainly do not match."""
    wary = application(
        "files",
        linked("wiki"),
        policy(Action.DENY, Selector("posture", "disk=fail"), name="never"),
        policy(Action.ALLOW, Selector("everyone"), name="people"),
    )
    world = world_of(WIKI, wary)
    asyncio.run(facts_of(world).report([given(ADA, "disk", "fail")]))
    found = call(world, assertion(world))
    assert isinstance(found, Pass)
    claims = world.tokens.verify(found.headers[names.ASSERTION_HEADER])
    (selector,) = world.current.get().compiled[ApplicationId("files")].judged
    assert selector.value == "disk=fail"
    assert (len(claims.get("met", ())), claims.get("unmet", ())) == (1, ())


def test_an_application_that_is_not_there_is_refused_when_it_is_saved(world: World) -> None:
    def without(configuration: Configuration) -> Configuration:
        kept = tuple(a for a in configuration.applications if a.id != "wiki")
        return replace(configuration, applications=kept)

    with pytest.raises(Invalid, match="there is no application 'wiki'"):
        asyncio.run(world.configurations.change(without))


def test_open_streams_of_such_calls_stay_while_the_person_may_still_open_the_linked_application(
    world: World,
) -> None:
    assertion(world)
    (session,) = asyncio.run(world.sessions.listed())
    world.relays.open = [stream(session.id, application="files")]
    assert asyncio.run(world.streams.recheck()) == 0
    asyncio.run(world.reevaluation.facts_changed([(session, replace(ADA, groups=frozenset()))]))
    assert world.relays.open == []
