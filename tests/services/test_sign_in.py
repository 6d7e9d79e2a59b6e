from __future__ import annotations

import asyncio
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest

from doorward.model.errors import Refused
from doorward.model.ids import ApplicationId
from doorward.services.arrivals import Onward
from doorward.services.flows import Flow
from doorward.services.rate_limits import PER_PERSON, TooMany
from doorward.services.secrets import hashed
from doorward.services.sign_in import TRANSACTION_COOKIE, Errand, Returned
from tests.services.sample import COMPANY, cookies_of
from tests.services.signing_in import VISIT, signed_in
from tests.services.world import World

FLOW = Flow(ApplicationId("hello"), "hello.example.com", "/wiki?page=2", hashed("b" * 43))


@pytest.fixture
def world() -> World:
    world = World()
    asyncio.run(world.begin())
    return world


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
    async def walk() -> Returned:
        departure = await world.sign_in.depart(world.sign_in.provider(COMPANY), Errand(flow=FLOW), pending=[])
        cookies = cookies_of(departure.cookies)
        answer = {"state": parse_qs(urlsplit(departure.location).query)["state"][0], "code": "good"}
        return await world.sign_in.returned(answer, cookies=cookies)

    returned = asyncio.run(walk())
    assert returned.flow == FLOW
    assert returned.provider.id == COMPANY
    assert all("Max-Age=0" in cookie for cookie in returned.cookies)


def test_an_answer_without_this_browsers_cookie_is_refused(world: World) -> None:
    async def walk() -> None:
        departure = await world.sign_in.depart(world.sign_in.provider(COMPANY), Errand(), pending=[])
        state = parse_qs(urlsplit(departure.location).query)["state"][0]
        await world.sign_in.returned({"state": state, "code": "good"}, cookies={})

    with pytest.raises(Refused, match="not begun in this browser"):
        asyncio.run(walk())


def test_an_answer_works_once(world: World) -> None:
    async def walk() -> None:
        departure = await world.sign_in.depart(world.sign_in.provider(COMPANY), Errand(), pending=[])
        cookies = cookies_of(departure.cookies)
        answer = {"state": parse_qs(urlsplit(departure.location).query)["state"][0], "code": "good"}
        await world.sign_in.returned(answer, cookies=cookies)
        await world.sign_in.returned(answer, cookies=cookies)

    with pytest.raises(Refused, match="finished already"):
        asyncio.run(walk())


def test_sign_ins_that_were_given_up_do_not_pile_up_in_the_browser(world: World) -> None:
    async def walk() -> Onward:
        pending = [f"{TRANSACTION_COOKIE}{n}" for n in range(9)]
        return await world.sign_in.depart(world.sign_in.provider(COMPANY), Errand(), pending=pending)

    forgotten = [c for c in asyncio.run(walk()).cookies if "Max-Age=0" in c]
    assert len(forgotten) == 6


def test_a_password_for_a_provider_that_redirects_is_refused(world: World) -> None:
    with pytest.raises(Refused):
        asyncio.run(
            world.sign_in.with_password(
                world.sign_in.provider(COMPANY), email="a@example.com", password="x", visit=VISIT
            )
        )
