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
from doorward.services.flows import Flow
from doorward.services.rate_limits import PER_PERSON, TooMany
from doorward.services.secrets import hashed
from doorward.services.sign_in import TRANSACTION_COOKIE, NotAllowed, Onward, Visit
from tests.services.world import COMPANY, SOURCE, STAFF, World, cookies_of

VISIT = Visit(source=SOURCE, user_agent="Browser/1")
SECRET = "b" * 43
FLOW = Flow(ApplicationId("hello"), "/wiki?page=2", hashed(SECRET))


@pytest.fixture
def world() -> World:
    world = World()
    asyncio.run(world.begin())
    return world


async def signed_in(world: World, email: str = "ada@example.com", password: str = "ada's") -> Session:
    onward = await world.sign_in.with_password(
        world.sign_in.provider(STAFF), email=email, password=password, visit=VISIT
    )
    session = await world.sign_in.session(cookies_of(onward.cookies)[names.SESSION_COOKIE])
    assert session is not None
    return session


async def code_for(world: World, session: Session) -> str:
    onward = await world.sign_in.onward(session, FLOW, source=SOURCE)
    assert isinstance(onward, Onward)
    assert onward.location.startswith("https://hello.example.com/cdn-cgi/access/authorized?code=")
    return parse_qs(urlsplit(onward.location).query)["code"][0]


def test_a_password_leads_to_the_application_and_the_page_that_was_asked_for(world: World) -> None:
    async def walk() -> Onward:
        code = await code_for(world, await signed_in(world))
        return await world.sign_in.enter("hello.example.com", code=code, flow_secret=SECRET)

    entered = asyncio.run(walk())
    assert entered.location == "/wiki?page=2"
    assert cookies_of(entered.cookies).keys() == {names.FOOTHOLD_COOKIE, names.TOKEN_COOKIE}
    assert all("Secure; HttpOnly; SameSite=Lax" in cookie for cookie in entered.cookies)


def test_a_session_cookie_is_new_at_every_sign_in(world: World) -> None:
    async def twice() -> tuple[Session, Session]:
        return await signed_in(world), await signed_in(world)

    one, other = asyncio.run(twice())
    assert one.id != other.id


def test_a_code_works_once(world: World) -> None:
    async def walk() -> None:
        code = await code_for(world, await signed_in(world))
        await world.sign_in.enter("hello.example.com", code=code, flow_secret=SECRET)
        await world.sign_in.enter("hello.example.com", code=code, flow_secret=SECRET)

    with pytest.raises(Refused, match="used already"):
        asyncio.run(walk())


def test_a_code_works_for_a_minute(world: World) -> None:
    async def walk() -> None:
        code = await code_for(world, await signed_in(world))
        world.clock.advance(timedelta(seconds=61))
        await world.sign_in.enter("hello.example.com", code=code, flow_secret=SECRET)

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
        await world.sign_in.enter(hostname, code=code, flow_secret=secret)

    with pytest.raises(Refused, match=why):
        asyncio.run(walk())


def test_a_code_of_a_session_that_was_revoked_meanwhile_is_worth_nothing(world: World) -> None:
    async def walk() -> None:
        code = await code_for(world, await signed_in(world))
        await world.sessions.revoke_of("ada@example.com")
        await world.sign_in.enter("hello.example.com", code=code, flow_secret=SECRET)

    with pytest.raises(Refused, match="ended"):
        asyncio.run(walk())


def test_bob_gets_a_refusal_instead_of_a_code(world: World) -> None:
    async def walk() -> Onward | NotAllowed:
        session = await signed_in(world, "bob@example.com", "bob's")
        return await world.sign_in.onward(session, FLOW, source=SOURCE)

    assert isinstance(asyncio.run(walk()), NotAllowed)


def test_the_launcher_shows_what_a_person_may_open_and_no_other(world: World) -> None:
    async def walk(email: str, password: str) -> list[str]:
        session = await signed_in(world, email, password)
        return [a.id for a in world.sign_in.open_to(session, source=SOURCE)]

    assert asyncio.run(walk("ada@example.com", "ada's")) == ["hello", "open"]
    assert asyncio.run(walk("bob@example.com", "bob's")) == ["open"]


def test_wrong_passwords_have_to_wait_after_some_and_right_ones_then_too(world: World) -> None:
    async def fail() -> None:
        with pytest.raises(Refused):
            await signed_in(world, password="wrong")

    async def walk() -> None:
        for _ in range(PER_PERSON):
            await fail()
        with pytest.raises(TooMany):
            await signed_in(world)
        world.clock.advance(timedelta(minutes=5))
        await signed_in(world)

    asyncio.run(walk())


def test_a_provider_that_redirects_comes_back_to_the_flow(world: World) -> None:
    async def walk() -> tuple[Onward, Flow | None]:
        departure = await world.sign_in.depart(world.sign_in.provider(COMPANY), flow=FLOW, pending=[])
        cookies = cookies_of(departure.cookies)
        answer = {"state": parse_qs(urlsplit(departure.location).query)["state"][0], "code": "good"}
        return await world.sign_in.arrive(answer, cookies=cookies, visit=VISIT)

    onward, flow = asyncio.run(walk())
    assert flow == FLOW
    assert names.SESSION_COOKIE in cookies_of(onward.cookies)


def test_an_answer_without_this_browsers_cookie_is_refused(world: World) -> None:
    async def walk() -> None:
        departure = await world.sign_in.depart(world.sign_in.provider(COMPANY), flow=None, pending=[])
        state = parse_qs(urlsplit(departure.location).query)["state"][0]
        await world.sign_in.arrive({"state": state, "code": "good"}, cookies={}, visit=VISIT)

    with pytest.raises(Refused, match="not begun in this browser"):
        asyncio.run(walk())


def test_an_answer_works_once(world: World) -> None:
    async def walk() -> None:
        departure = await world.sign_in.depart(world.sign_in.provider(COMPANY), flow=None, pending=[])
        cookies = cookies_of(departure.cookies)
        answer = {"state": parse_qs(urlsplit(departure.location).query)["state"][0], "code": "good"}
        await world.sign_in.arrive(answer, cookies=cookies, visit=VISIT)
        await world.sign_in.arrive(answer, cookies=cookies, visit=VISIT)

    with pytest.raises(Refused, match="finished already"):
        asyncio.run(walk())


def test_sign_ins_that_were_given_up_do_not_pile_up_in_the_browser(world: World) -> None:
    async def walk() -> Onward:
        pending = [f"{TRANSACTION_COOKIE}{n}" for n in range(9)]
        return await world.sign_in.depart(world.sign_in.provider(COMPANY), flow=None, pending=pending)

    forgotten = [c for c in asyncio.run(walk()).cookies if "Max-Age=0" in c]
    assert len(forgotten) == 6


def test_a_password_for_a_provider_that_redirects_is_refused(world: World) -> None:
    with pytest.raises(Refused):
        asyncio.run(
            world.sign_in.with_password(
                world.sign_in.provider(COMPANY), email="a@example.com", password="x", visit=VISIT
            )
        )


def test_a_flow_to_an_application_that_is_gone_has_no_application(world: World) -> None:
    gone = replace(FLOW, application=ApplicationId("gone"))
    assert world.sign_in.application_of(gone) is None
    assert world.sign_in.application_of(None) is None
