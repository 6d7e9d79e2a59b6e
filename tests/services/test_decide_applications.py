"""Decisions where applications share hostnames, have several, or have options of their own."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest

from doorward.envoy import names
from doorward.model.application import Application, ApplicationType, Origin
from doorward.model.application_options import DenyPage, SameSite, WithoutSignIn
from doorward.model.destination import Destination
from doorward.model.ids import ApplicationId
from doorward.model.policy import Action
from doorward.model.rule import Selector
from doorward.services.questions import Answer, Deny, Pass, Question, SendAway, SendToSignIn
from tests.services.sample import ADA, BOB, ENGINEERS, NAVIGATION, application, ask, policy
from tests.services.signing_in import enter
from tests.services.world import World

HOUR = timedelta(hours=1)


def world_of(*applications: Application) -> World:
    world = World()

    async def run() -> None:
        await world.begin()
        await world.configurations.change(lambda c: replace(c, applications=applications))

    asyncio.run(run())
    return world


def hello(**changes: object) -> World:
    return world_of(replace(application("hello", ENGINEERS), **changes))  # type: ignore[arg-type] # names are checked by replace


def answer(world: World, question: Question) -> Answer:
    return asyncio.run(world.decider.answer(question))


SITE = application("site", ENGINEERS)
ADMIN = replace(
    application("admin", policy(Action.ALLOW, Selector("email", "bob@example.com"))),
    destinations=(Destination("site.example.com", "/admin"),),
)


def test_the_paths_application_decides_by_its_policies_alone() -> None:
    world = world_of(SITE, ADMIN)
    token, foothold = (enter(world, ADA, application="site")[name] for name in COOKIES)
    cookies = {names.token_cookie(ADMIN): token, names.foothold_cookie(ADMIN): foothold}
    assert isinstance(answer(world, ask("site.example.com", target="/admin", cookies=cookies)), SendToSignIn)
    assert isinstance(answer(world, ask("site.example.com", cookies={names.TOKEN_COOKIE: token})), Pass)
    of_bob = enter(world, BOB, application="admin")
    theirs = {names.foothold_cookie(ADMIN): of_bob[names.FOOTHOLD_COOKIE]}
    passed = answer(world, ask("site.example.com", target="/ADMIN/x?y", cookies=theirs))
    assert isinstance(passed, Pass)
    assert [cookie.partition("=")[0] for cookie in passed.cookies] == ["__Host-doorward-token-admin"]
    assert isinstance(answer(world, ask("site.example.com", target="/", cookies=theirs)), SendToSignIn)


COOKIES = (names.TOKEN_COOKIE, names.FOOTHOLD_COOKIE)


def test_both_applications_of_a_host_are_asked_who_is_signed_in() -> None:
    world = world_of(SITE, ADMIN)
    ada, bob = enter(world, ADA, application="site"), enter(world, BOB, application="admin")
    both = {
        names.FOOTHOLD_COOKIE: ada[names.FOOTHOLD_COOKIE],
        names.foothold_cookie(ADMIN): bob[names.FOOTHOLD_COOKIE],
    }
    found = asyncio.run(world.decider.identify(ask("site.example.com", cookies=both)))
    assert {session.identity.email for session in found} == {"ada@example.com", "bob@example.com"}


def test_the_way_back_leads_to_the_hostname_that_was_asked_for() -> None:
    world = world_of(replace(SITE, destinations=(Destination("*.example.com"),), show_in_launcher=False))
    sent = answer(world, ask("some.example.com", target="/x"))
    assert isinstance(sent, SendToSignIn)
    flow = world.flows.opened(parse_qs(urlsplit(sent.location).query)["flow"][0])
    assert (flow.application, flow.host, flow.target) == ("site", "some.example.com", "/x")


def test_the_team_domain_is_not_a_wildcards() -> None:
    world = world_of(replace(SITE, destinations=(Destination("*.example.com"),)))
    told = answer(world, ask("access.example.com"))
    assert isinstance(told, Deny)
    assert told.status == 404


def test_what_speaks_tcp_is_refused_whoever_asks() -> None:
    world = hello(type=ApplicationType.TCP, origin=Origin(url="tcp://h:22"))
    told = answer(world, ask(cookies=enter(world, ADA)))
    assert isinstance(told, Deny)
    assert (told.status, told.facts.reason) == (426, "not-http")


def test_after_the_applications_time_people_come_in_anew_without_their_sign_in_ending() -> None:
    world = hello(session_duration=HOUR * 2)
    cookies = enter(world, ADA)
    by_foothold = {names.FOOTHOLD_COOKIE: cookies[names.FOOTHOLD_COOKIE]}
    world.clock.advance(HOUR * 2 - timedelta(minutes=1))
    passed = answer(world, ask(cookies=by_foothold))
    assert isinstance(passed, Pass)
    claims = world.tokens.verify(passed.headers[names.ASSERTION_HEADER])
    assert claims["exp"] - claims["iat"] == 60
    world.clock.advance(timedelta(minutes=1))
    sent = answer(world, ask(cookies=by_foothold))
    assert isinstance(sent, SendToSignIn)
    assert sent.facts.reason == "session-ended"
    assert isinstance(answer(world, ask(cookies=by_foothold, method="POST")), Deny)
    assert asyncio.run(world.sessions.listed(email="ada@example.com"))


def test_nobody_lives_on_from_token_to_token() -> None:
    world = hello(session_duration=HOUR)
    token = enter(world, ADA)[names.TOKEN_COOKIE]
    for _ in range(3):
        world.clock.advance(timedelta(minutes=19))
        passed = answer(world, ask(cookies={names.TOKEN_COOKIE: token}))
        assert isinstance(passed, Pass)
        token = passed.headers[names.ASSERTION_HEADER]
    world.clock.advance(timedelta(minutes=5))
    assert isinstance(answer(world, ask(cookies={names.TOKEN_COOKIE: token})), SendToSignIn)


def test_the_policy_that_admits_says_for_how_long() -> None:
    short = replace(ENGINEERS, session_duration=timedelta(minutes=10))
    world = world_of(replace(application("hello", short), session_duration=HOUR * 8))
    by_foothold = {names.FOOTHOLD_COOKIE: enter(world, ADA)[names.FOOTHOLD_COOKIE]}
    passed = answer(world, ask(cookies=by_foothold))
    assert isinstance(passed, Pass)
    claims = world.tokens.verify(passed.headers[names.ASSERTION_HEADER])
    assert (claims["exp"] - claims["iat"], claims["policy"]) == (600, "engineers")
    world.clock.advance(timedelta(minutes=10))
    assert isinstance(answer(world, ask(cookies=by_foothold)), SendToSignIn)


@pytest.mark.parametrize("headers", [NAVIGATION, {"accept": ["*/*"]}])
def test_where_programs_call_nobody_is_sent_to_the_sign_in(headers: dict[str, list[str]]) -> None:
    told = answer(hello(sign_in=WithoutSignIn.UNAUTHORIZED), ask(headers=headers))
    assert isinstance(told, Deny)
    assert told.status == 401


def as_bob(world: World, **more: object) -> Callable[[], Answer]:
    cookies = enter(world, BOB)
    return lambda: answer(world, ask(cookies=cookies, **more))  # type: ignore[arg-type] # as ask has them


def test_the_applications_own_words_go_with_a_refusal() -> None:
    page = DenyPage(text="Ask Grace.")
    told = as_bob(hello(deny_page=page))()
    assert isinstance(told, Deny)
    assert (told.status, told.page) == (403, page)


def test_people_are_sent_to_the_applications_own_page_and_programs_are_told() -> None:
    world = hello(deny_page=DenyPage(redirect="https://help.example.com/no"))
    sent = as_bob(world)()
    assert isinstance(sent, SendAway)
    assert (sent.location, sent.facts.decision) == ("https://help.example.com/no", "deny")
    told = as_bob(world, headers={"accept": ["application/json"]})()
    assert isinstance(told, Deny)
    assert told.status == 403


def test_the_origin_is_told_of_the_person_what_it_asked_for() -> None:
    wanted = (("x-groups", "groups"), ("x-user", "email"))
    world = hello(origin=Origin(url="http://h", identity_headers=wanted), same_site=SameSite.STRICT)
    passed = answer(world, ask(cookies=enter(world, ADA)))
    assert isinstance(passed, Pass)
    assert (passed.headers["x-user"], passed.headers["x-groups"]) == ("ada@example.com", "engineers")
    claims = world.tokens.verify(passed.headers[names.ASSERTION_HEADER])
    assert claims["headers"] == {"x-user": "ada@example.com", "x-groups": "engineers"}
    assert claims["told"] == "all"
    assert passed.cookies[0].endswith("SameSite=Strict")


def test_what_is_too_much_for_a_token_is_told_by_the_control_plane_each_time() -> None:
    wanted = (("x-groups", "groups"),)
    world = hello(origin=Origin(url="http://h", identity_headers=wanted))
    many = replace(ADA, groups=frozenset({"engineers", *(f"group-{number:04}" for number in range(300))}))
    passed = answer(world, ask(cookies=enter(world, many)))
    assert isinstance(passed, Pass)
    assert len(passed.headers["x-groups"].split(",")) == 301
    claims = world.tokens.verify(passed.headers[names.ASSERTION_HEADER])
    assert "headers" not in claims
    assert "told" not in claims
    assert len(passed.cookies[0]) < 4096


def test_an_application_that_is_gone_answers_nothing() -> None:
    world = hello()
    assert world.current.get().at("closed.example.com") == ()
    assert ApplicationId("closed") not in world.current.get().by_id
