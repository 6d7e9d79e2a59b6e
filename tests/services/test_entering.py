from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest

from doorward.envoy import names
from doorward.model.errors import Refused
from doorward.model.ids import ApplicationId
from doorward.model.session import Session
from doorward.services.arrivals import Onward
from doorward.services.entering import NeedsGrant, NotAllowed, OtherProvider, StepUp
from doorward.services.flows import Flow
from doorward.services.secrets import hashed
from tests.services.signing_in import signed_in
from tests.services.world import SOURCE, World, cookies_of

SECRET = "b" * 43
FLOW = Flow(ApplicationId("hello"), "/wiki?page=2", hashed(SECRET))


@pytest.fixture
def world() -> World:
    world = World()
    asyncio.run(world.begin())
    return world


async def code_for(world: World, session: Session) -> str:
    onward = await world.entering.onward(session, FLOW, source=SOURCE, request_id="r1")
    assert isinstance(onward, Onward)
    assert onward.location.startswith("https://hello.example.com/cdn-cgi/access/authorized?code=")
    return parse_qs(urlsplit(onward.location).query)["code"][0]


def test_a_password_leads_to_the_application_and_the_page_that_was_asked_for(world: World) -> None:
    async def walk() -> Onward:
        code = await code_for(world, await signed_in(world))
        return await world.entering.enter("hello.example.com", code=code, flow_secret=SECRET, source=SOURCE)

    entered = asyncio.run(walk())
    assert entered.location == "/wiki?page=2"
    assert cookies_of(entered.cookies).keys() == {names.FOOTHOLD_COOKIE, names.TOKEN_COOKIE}
    assert all("Secure; HttpOnly; SameSite=Lax" in cookie for cookie in entered.cookies)


def test_a_code_works_once(world: World) -> None:
    async def walk() -> None:
        code = await code_for(world, await signed_in(world))
        await world.entering.enter("hello.example.com", code=code, flow_secret=SECRET, source=SOURCE)
        await world.entering.enter("hello.example.com", code=code, flow_secret=SECRET, source=SOURCE)

    with pytest.raises(Refused, match="used already"):
        asyncio.run(walk())


def test_a_code_works_for_a_minute(world: World) -> None:
    async def walk() -> None:
        code = await code_for(world, await signed_in(world))
        world.clock.advance(timedelta(seconds=61))
        await world.entering.enter("hello.example.com", code=code, flow_secret=SECRET, source=SOURCE)

    with pytest.raises(Refused):
        asyncio.run(walk())


@pytest.mark.parametrize(
    ("hostname", "secret", "why"),
    [
        ("hello.example.com", "c" * 43, "another browser"),
        ("hello.example.com", "", "another browser"),
        ("open.example.com", SECRET, "another application"),
    ],
)
def test_a_code_works_only_where_and_in_which_browser_the_flow_began(
    world: World, hostname: str, secret: str, why: str
) -> None:
    async def walk() -> None:
        code = await code_for(world, await signed_in(world))
        await world.entering.enter(hostname, code=code, flow_secret=secret, source=SOURCE)

    with pytest.raises(Refused, match=why):
        asyncio.run(walk())


def test_a_code_of_a_session_that_was_revoked_meanwhile_is_worth_nothing(world: World) -> None:
    async def walk() -> None:
        code = await code_for(world, await signed_in(world))
        await world.sessions.revoke_of("ada@example.com")
        await world.entering.enter("hello.example.com", code=code, flow_secret=SECRET, source=SOURCE)

    with pytest.raises(Refused, match="ended"):
        asyncio.run(walk())


def test_bob_gets_a_refusal_instead_of_a_code(world: World) -> None:
    async def walk() -> Onward | NotAllowed | StepUp | OtherProvider | NeedsGrant:
        session = await signed_in(world, "bob@example.com", "bob's")
        return await world.entering.onward(session, FLOW, source=SOURCE, request_id="r1")

    assert isinstance(asyncio.run(walk()), NotAllowed)


def test_the_launcher_shows_what_a_person_may_open_and_no_other(world: World) -> None:
    async def walk(email: str, password: str) -> list[str]:
        session = await signed_in(world, email, password)
        return [a.id for a in await world.entering.open_to(session, source=SOURCE)]

    assert asyncio.run(walk("ada@example.com", "ada's")) == ["hello", "open"]
    assert asyncio.run(walk("bob@example.com", "bob's")) == ["open"]


def test_a_flow_to_an_application_that_is_gone_has_no_application(world: World) -> None:
    gone = replace(FLOW, application=ApplicationId("gone"))
    assert world.entering.application_of(gone) is None
    assert world.entering.application_of(None) is None
