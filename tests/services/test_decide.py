from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest

from doorward.envoy import names
from doorward.model.application import Application
from doorward.model.policy import Action
from doorward.model.rule import Selector
from doorward.services.questions import Answer, Deny, Kind, Pass, Question, SendToSignIn
from tests.services.sample import ADA, BOB, MACHINE_SECRET, NAVIGATION, ask, policy
from tests.services.signing_in import enter
from tests.services.world import World


def answer(world: World, question: Question) -> Answer:
    return asyncio.run(world.decider.answer(question))


@pytest.fixture
def world() -> World:
    world = World()
    asyncio.run(world.begin())
    return world


def test_a_person_in_a_browser_is_sent_to_sign_in_and_remembers_where_to(world: World) -> None:
    sent = answer(world, ask(target="/wiki?page=2"))
    assert isinstance(sent, SendToSignIn)
    assert sent.location.startswith("https://access.example.com/cdn-cgi/access/login?flow=")
    flow = world.flows.opened(parse_qs(urlsplit(sent.location).query)["flow"][0])
    assert (flow.application, flow.target) == ("hello", "/wiki?page=2")
    assert sent.cookies[0].startswith(f"{names.FLOW_COOKIE}=")


@pytest.mark.parametrize(
    "headers",
    [
        {"accept": ["text/html"], "x-requested-with": ["XMLHttpRequest"]},
        {"accept": ["application/json"]},
        {"accept": ["text/html"], "sec-fetch-mode": ["cors"]},
        {"accept": ["text/html"], "upgrade": ["websocket"]},
        {},
    ],
)
def test_a_program_is_told_401_instead(world: World, headers: Mapping[str, Sequence[str]]) -> None:
    told = answer(world, ask(headers=headers))
    assert isinstance(told, Deny)
    assert told.status == 401


def test_a_posted_form_is_told_401_because_it_would_be_lost_on_the_way(world: World) -> None:
    told = answer(world, ask(method="POST"))
    assert isinstance(told, Deny)
    assert told.status == 401


def test_a_foothold_lets_the_person_pass_with_a_new_token(world: World) -> None:
    cookies = enter(world, ADA)
    passed = answer(world, ask(cookies={names.FOOTHOLD_COOKIE: cookies[names.FOOTHOLD_COOKIE]}))
    assert isinstance(passed, Pass)
    assert passed.headers[names.EMAIL_HEADER] == "ada@example.com"
    claims = world.tokens.verify(passed.headers[names.ASSERTION_HEADER])
    assert claims["groups"] == ["engineers"]
    assert passed.headers[names.SESSION_HEADER] == claims["sid"]
    assert passed.cookies[0].startswith(f"{names.TOKEN_COOKIE}=")


def test_an_expired_token_alone_renews_nothing(world: World) -> None:
    token = enter(world, ADA)[names.TOKEN_COOKIE]
    world.clock.advance(timedelta(hours=1, seconds=1))
    assert isinstance(answer(world, ask(cookies={names.TOKEN_COOKIE: token})), SendToSignIn)


def test_a_foothold_of_another_application_is_worth_nothing(world: World) -> None:
    foothold = enter(world, ADA)[names.FOOTHOLD_COOKIE]
    told = answer(world, ask("closed.example.com", cookies={names.FOOTHOLD_COOKIE: foothold}))
    assert not isinstance(told, Pass)
    assert told.facts.person == ""


def test_a_revoked_session_is_worth_nothing(world: World) -> None:
    cookies = enter(world, ADA)

    async def revoke_and_ask() -> Answer:
        await world.sessions.revoke_of("ada@example.com")
        return await world.decider.answer(ask(cookies=cookies))

    assert isinstance(asyncio.run(revoke_and_ask()), SendToSignIn)


def test_a_generation_that_was_raised_ends_tokens_but_not_footholds(world: World) -> None:
    cookies = enter(world, ADA)

    async def raise_and_ask() -> tuple[Answer, Answer]:
        await world.configurations.change(lambda c: replace(c, generation=c.generation + 1))
        by_token = ask(headers={names.CLIENT_TOKEN_HEADER: [cookies[names.TOKEN_COOKIE]]})
        return await world.decider.answer(by_token), await world.decider.answer(ask(cookies=cookies))

    by_token, by_foothold = asyncio.run(raise_and_ask())
    assert isinstance(by_token, Deny)
    assert isinstance(by_foothold, Pass)


def test_a_service_token_passes_as_a_machine_and_never_as_a_person(world: World) -> None:
    headers = {names.CLIENT_ID_HEADER: ["ci.access"], names.CLIENT_SECRET_HEADER: [MACHINE_SECRET]}
    passed = answer(world, ask(headers=headers))
    assert isinstance(passed, Pass)
    assert names.EMAIL_HEADER not in passed.headers
    assert world.tokens.verify(passed.headers[names.ASSERTION_HEADER])["common_name"] == "ci.access"
    assert passed.headers[names.SESSION_HEADER].startswith("service-token:ci:")
    assert not passed.cookies


@pytest.mark.parametrize(
    ("headers", "status", "reason"),
    [
        (
            {names.CLIENT_ID_HEADER: ["ci.access"], names.CLIENT_SECRET_HEADER: ["wrong"]},
            401,
            "credentials-refused",
        ),
        ({names.CLIENT_ID_HEADER: ["ci.access"]}, 400, "credentials-unreadable"),
    ],
)
def test_a_machine_in_a_browser_is_refused_and_never_sent_to_sign_in(
    world: World, headers: Mapping[str, Sequence[str]], status: int, reason: str
) -> None:
    told = answer(world, ask(headers={**NAVIGATION, **headers}))
    assert isinstance(told, Deny)
    assert (told.status, told.facts.reason) == (status, reason)


def test_a_good_service_token_that_no_policy_admits_is_403_even_where_a_person_could_sign_in(
    world: World,
) -> None:
    async def narrow_and_ask() -> Answer:
        def only_people(application: Application) -> Application:
            return replace(application, policies=(policy(Action.ALLOW, Selector("everyone")),))

        await world.configurations.change(
            lambda c: replace(c, applications=tuple(map(only_people, c.applications)))
        )
        headers = {names.CLIENT_ID_HEADER: ["ci.access"], names.CLIENT_SECRET_HEADER: [MACHINE_SECRET]}
        return await world.decider.answer(ask(headers={**NAVIGATION, **headers}))

    told = asyncio.run(narrow_and_ask())
    assert isinstance(told, Deny)
    assert (told.status, told.facts.person) == (403, "service token ci")


def test_a_doubled_cookie_of_ours_is_refused(world: World) -> None:
    cookie = f"{names.FOOTHOLD_COOKIE}=a; {names.FOOTHOLD_COOKIE}=b"
    told = answer(world, ask(headers={**NAVIGATION, "cookie": [cookie]}))
    assert isinstance(told, Deny)


def test_a_bypass_passes_without_any_identity_even_for_somebody_signed_in(world: World) -> None:
    cookies = enter(world, ADA)
    passed = answer(world, ask("open.example.com", cookies=cookies))
    assert isinstance(passed, Pass)
    assert passed.headers == {}
    assert passed.facts.person == ""


def test_an_application_without_policies_refuses_everybody(world: World) -> None:
    told = answer(world, ask("closed.example.com"))
    assert isinstance(told, Deny)
    assert (told.status, told.failed_rule) == (403, "no policy")


def test_an_unknown_host_is_404(world: World) -> None:
    told = answer(world, ask("nowhere.example.com"))
    assert isinstance(told, Deny)
    assert told.status == 404


def test_a_person_who_lost_the_group_is_refused_with_the_reason(world: World) -> None:
    cookies = enter(world, BOB)
    told = answer(world, ask(cookies=cookies))
    assert isinstance(told, Deny)
    assert (told.status, told.failed_rule, told.facts.person) == (403, "include", "bob@example.com")
    assert told.facts.decision is Kind.DENY
