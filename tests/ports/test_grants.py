"""What every ``Grants`` promises."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from doorward.model.errors import Conflict, NotFound
from doorward.model.grant import Grant
from doorward.model.ids import ApplicationId, GrantId, PolicyId, SessionId
from tests.fakes.clock import START
from tests.nouns import HOUR, session
from tests.ports.conftest import OpenStores

ASKED = Grant(
    id=GrantId("g1"),
    session=SessionId("s1"),
    application=ApplicationId("hello"),
    policy=PolicyId("root"),
    person="ada@example.com",
    reason="to mend the pump",
    wanted=HOUR,
    asked=START,
)
LATER = replace(
    ASKED, id=GrantId("g2"), application=ApplicationId("wiki"), asked=START + timedelta(minutes=1)
)


def test_a_grant_is_found_by_its_id_and_its_session(stores: OpenStores) -> None:
    async def run() -> None:
        async with stores() as opened:
            await opened.sessions.create(session("s1"), secret_hash="cookie")
            for grant in (ASKED, LATER):
                await opened.grants.add(grant)
            assert await opened.grants.get(ASKED.id) == ASKED
            assert await opened.grants.of_session(ASKED.session) == [LATER, ASKED]
            only = await opened.grants.of_session(ASKED.session, application=ApplicationId("hello"))
            assert only == [ASKED]
            assert await opened.grants.of_session(SessionId("s2")) == []

    asyncio.run(run())


def test_an_id_is_taken_once_and_a_grant_needs_its_session(stores: OpenStores) -> None:
    async def run() -> None:
        async with stores() as opened:
            with pytest.raises(NotFound):
                await opened.grants.add(ASKED)
            await opened.sessions.create(session("s1"), secret_hash="cookie")
            await opened.grants.add(ASKED)
            with pytest.raises(Conflict):
                await opened.grants.add(ASKED)

    asyncio.run(run())


def test_of_two_who_decide_at_once_the_second_is_told(stores: OpenStores) -> None:
    async def run() -> None:
        async with stores() as opened:
            await opened.sessions.create(session("s1"), secret_hash="cookie")
            await opened.grants.add(ASKED)
            given = ASKED.given(until=START + HOUR)
            refused = ASKED.closed_at(START, by="boss@example.com")
            results = await asyncio.gather(
                opened.grants.save(given), opened.grants.save(refused), return_exceptions=True
            )
            assert sum(isinstance(result, Conflict) for result in results) == 1
            assert (await opened.grants.get(ASKED.id)).version == 1
            with pytest.raises(NotFound):
                await opened.grants.save(replace(given, id=GrantId("g9")))

    asyncio.run(run())


def test_those_that_wait_and_those_that_are_given_are_open(stores: OpenStores) -> None:
    async def run() -> None:
        async with stores() as opened:
            await opened.sessions.create(session("s1"), secret_hash="cookie")
            await opened.grants.add(ASKED)
            await opened.grants.add(LATER)
            given = await opened.grants.save(ASKED.given(until=START + HOUR))
            assert await opened.grants.open(now=START) == [LATER, given]
            assert await opened.grants.open(now=START + HOUR) == [LATER]
            await opened.grants.save(given.closed_at(START, by="boss@example.com"))
            await opened.grants.save(LATER.closed_at(START, by="boss@example.com"))
            assert await opened.grants.open(now=START) == []

    asyncio.run(run())


def test_a_grant_goes_with_its_session(stores: OpenStores) -> None:
    async def run() -> None:
        async with stores() as opened:
            await opened.sessions.create(session("s1"), secret_hash="cookie")
            await opened.grants.add(ASKED)
            await opened.sessions.remove_ended(before=START + timedelta(days=400))
            assert await opened.grants.of_session(ASKED.session) == []

    asyncio.run(run())
