from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest

from doorward.envoy import names
from doorward.model.application import ApplicationType
from doorward.model.configuration import Configuration
from doorward.model.destination import Destination
from doorward.model.errors import NotFound, Refused
from doorward.model.ids import ApplicationId
from doorward.model.policy import Action
from doorward.model.rule import Selector
from doorward.model.session import Session
from doorward.services.arrivals import Onward
from doorward.services.entering import Entered, NeedsGrant, NotAllowed, OtherProvider, StepUp
from doorward.services.flows import Flow
from doorward.services.secrets import hashed
from tests.services.sample import ENGINEERS, SOURCE, application, cookies_of, policy
from tests.services.signing_in import signed_in
from tests.services.world import World

SECRET = "b" * 43


def browser(secret: str = SECRET) -> Callable[[str], str]:
    """Whose flow cookie this is."""
    return {names.FLOW_COOKIE: secret}.__getitem__


FLOW = Flow(ApplicationId("hello"), "hello.example.com", "/wiki?page=2", hashed(SECRET))


@pytest.fixture
def world() -> World:
    world = World()
    asyncio.run(world.begin())
    return world


async def code_for(world: World, session: Session, flow: Flow = FLOW) -> str:
    onward = await world.entering.onward(session, flow, source=SOURCE, request_id="r1")
    assert isinstance(onward, Onward)
    assert onward.location.startswith(f"https://{flow.host}/cdn-cgi/access/authorized?code=")
    return parse_qs(urlsplit(onward.location).query)["code"][0]


def test_a_password_leads_to_the_application_and_the_page_that_was_asked_for(world: World) -> None:
    async def walk() -> Onward:
        code = await code_for(world, await signed_in(world))
        return await world.entering.enter("hello.example.com", code=code, cookie=browser(), source=SOURCE)

    entered = asyncio.run(walk())
    assert entered.location == "/wiki?page=2"
    assert cookies_of(entered.cookies).keys() == {names.FOOTHOLD_COOKIE, names.TOKEN_COOKIE}
    assert all("Secure; HttpOnly; SameSite=Lax" in cookie for cookie in entered.cookies)


def test_a_code_works_once(world: World) -> None:
    async def walk() -> None:
        code = await code_for(world, await signed_in(world))
        await world.entering.enter("hello.example.com", code=code, cookie=browser(), source=SOURCE)
        await world.entering.enter("hello.example.com", code=code, cookie=browser(), source=SOURCE)

    with pytest.raises(Refused, match="used already"):
        asyncio.run(walk())


def test_a_code_works_for_a_minute(world: World) -> None:
    async def walk() -> None:
        code = await code_for(world, await signed_in(world))
        world.clock.advance(timedelta(seconds=61))
        await world.entering.enter("hello.example.com", code=code, cookie=browser(), source=SOURCE)

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
        await world.entering.enter(hostname, code=code, cookie=browser(secret), source=SOURCE)

    with pytest.raises(Refused, match=why):
        asyncio.run(walk())


def test_a_code_of_a_session_that_was_revoked_meanwhile_is_worth_nothing(world: World) -> None:
    async def walk() -> None:
        code = await code_for(world, await signed_in(world))
        await world.sessions.revoke_of("ada@example.com")
        await world.entering.enter("hello.example.com", code=code, cookie=browser(), source=SOURCE)

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


def test_a_code_works_only_at_the_hostname_where_the_flow_began(world: World) -> None:
    async def walk() -> None:
        both = (Destination("hello.example.com"), Destination("*.hello.example.com"))
        await world.configurations.change(
            lambda c: replace(c, applications=(replace(c.applications[0], destinations=both),))
        )
        below = replace(FLOW, host="a.hello.example.com")
        code = await code_for(world, await signed_in(world), below)
        await world.entering.enter("b.hello.example.com", code=code, cookie=browser(), source=SOURCE)

    with pytest.raises(Refused, match="another application"):
        asyncio.run(walk())


def test_no_code_leads_to_a_hostname_where_the_application_is_not(world: World) -> None:
    async def walk() -> None:
        await world.entering.onward(
            await signed_in(world), replace(FLOW, host="evil.example.org"), source=SOURCE, request_id="r1"
        )

    with pytest.raises(NotFound, match="has moved"):
        asyncio.run(walk())


def test_people_come_in_for_as_long_as_the_policy_says(world: World) -> None:
    short = replace(ENGINEERS, session_duration=timedelta(minutes=5))

    async def walk() -> Entered:
        await world.configurations.change(
            lambda c: replace(c, applications=(replace(c.applications[0], policies=(short,)),))
        )
        code = await code_for(world, await signed_in(world))
        return await world.entering.enter("hello.example.com", code=code, cookie=browser(), source=SOURCE)

    entered = asyncio.run(walk())
    assert all("Max-Age=300;" in cookie for cookie in entered.cookies)
    assert not entered.anew


def test_links_lead_to_the_first_place_that_is_one(world: World) -> None:
    hello = world.current.get().configuration.application(ApplicationId("hello"))
    places = (Destination("*.example.com"), Destination("a.example.com", "/Admin"))
    assert world.entering.url_of(replace(hello, destinations=places)) == "https://a.example.com/Admin"
    assert world.entering.url_of(replace(hello, destinations=places[:1])) == ""
    tcp = replace(hello, type=ApplicationType.TCP)
    assert world.entering.url_of(tcp) == ""


def test_who_would_be_let_in_with_a_certificate_is_sent_on_and_judged_there(world: World) -> None:
    """Where people sign in, the certificate that their browser would show to the application is not seen."""

    def ask_for_certificates(before: Configuration) -> Configuration:
        staff = policy(
            Action.ALLOW,
            Selector("email", "ada@example.com"),
            require=(Selector("certificate"),),
            name="staff",
        )
        return replace(before, applications=(application("hello", staff),))

    async def walk() -> tuple[object, object]:
        await world.configurations.change(ask_for_certificates)
        ada = await world.entering.onward(await signed_in(world), FLOW, source=SOURCE, request_id="r1")
        bob = await world.entering.onward(
            await signed_in(world, "bob@example.com", "bob's"), FLOW, source=SOURCE, request_id="r2"
        )
        return ada, bob

    ada, bob = asyncio.run(walk())
    assert isinstance(ada, Onward)
    assert isinstance(bob, NotAllowed)
