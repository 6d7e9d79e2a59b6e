"""What every ``Sessions`` promises of what is remembered, and changes, while a session lives."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from doorward.model.errors import Conflict
from doorward.model.ids import IdentityProviderId, SessionId
from doorward.model.session import Session
from tests.fakes.clock import START
from tests.nouns import session
from tests.ports.conftest import OpenStores

MINUTE = timedelta(minutes=1)
RICH = replace(
    session("s1"),
    identity=replace(
        session("s1").identity,
        upn="ada@corp.com",
        roles=frozenset({"admin"}),
        claims=frozenset({("department", "Finance"), ("office", "a=b")}),
    ),
    contexts={"c1": START, "c2": START + MINUTE},
    authenticated=START,
    provider_session="sid",
    checked=START,
)


def test_every_fact_of_a_session_comes_back(stores: OpenStores) -> None:
    async def run() -> None:
        async with stores() as opened:
            await opened.sessions.create(RICH, secret_hash="h")
            assert await opened.sessions.get(RICH.id) == RICH

    asyncio.run(run())


def test_what_is_remembered_of_a_live_session_can_change(stores: OpenStores) -> None:
    async def run() -> Session:
        async with stores() as opened:
            await opened.sessions.create(RICH, secret_hash="h")
            changed = replace(
                RICH,
                identity=replace(RICH.identity, email="new@example.com", groups=frozenset({"sales"})),
                contexts={},
                changed=START + MINUTE,
                checked=START + MINUTE,
            )
            assert await opened.sessions.update(changed)
            found = await opened.sessions.get(RICH.id)
            assert found == changed
            assert await opened.sessions.changed_since(START + MINUTE) == {RICH.id: START + MINUTE}
            assert await opened.sessions.changed_since(START + 2 * MINUTE) == {}
            return found

    assert asyncio.run(run()).identity.email == "new@example.com"


def test_a_new_secret_takes_the_place_of_the_old_one(stores: OpenStores) -> None:
    async def run() -> None:
        async with stores() as opened:
            await opened.sessions.create(session("s1"), secret_hash="old")
            await opened.sessions.create(session("s2"), secret_hash="taken")
            assert await opened.sessions.update(session("s1"), secret_hash="new")
            assert (await opened.sessions.by_secret("new")).id == "s1"
            with pytest.raises(Exception, match="no session with this secret"):
                await opened.sessions.by_secret("old")
            with pytest.raises(Conflict):
                await opened.sessions.update(session("s1"), secret_hash="taken")

    asyncio.run(run())


def test_an_ended_session_does_not_change(stores: OpenStores) -> None:
    async def run() -> None:
        async with stores() as opened:
            await opened.sessions.create(RICH, secret_hash="h")
            await opened.sessions.revoke([RICH.id], now=START, why="because")
            assert not await opened.sessions.update(replace(RICH, contexts={}))
            assert not await opened.sessions.update(session("gone"))
            found = await opened.sessions.get(RICH.id)
            assert (found.contexts, found.why_revoked) == (RICH.contexts, "because")

    asyncio.run(run())


def test_a_refresh_token_lives_as_long_as_its_session(stores: OpenStores) -> None:
    async def run() -> None:
        async with stores() as opened:
            await opened.sessions.create(RICH, secret_hash="h", refresh_token="first")
            assert await opened.sessions.refresh_token(RICH.id) == "first"
            await opened.sessions.keep_refresh_token(RICH.id, "second")
            assert await opened.sessions.refresh_token(RICH.id) == "second"
            await opened.sessions.keep_refresh_token(SessionId("gone"), "third")
            assert await opened.sessions.refresh_token(SessionId("gone")) == ""
            await opened.sessions.revoke([RICH.id], now=START)
            assert await opened.sessions.refresh_token(RICH.id) == ""

    asyncio.run(run())


def test_live_sessions_of_a_provider_come_oldest_first(stores: OpenStores) -> None:
    async def run() -> None:
        async with stores() as opened:
            for number, name in enumerate(("b", "a", "ended")):
                made = session(name, created=START + number * MINUTE)
                await opened.sessions.create(made, secret_hash=name)
            other = session("other")
            elsewhere = replace(other.identity, identity_provider=IdentityProviderId("elsewhere"))
            await opened.sessions.create(replace(other, identity=elsewhere), secret_hash="other")
            await opened.sessions.revoke([SessionId("ended")], now=START)
            provider, subject = session("a").identity.identity_provider, session("a").identity.subject
            found = await opened.sessions.of_provider(provider, now=START)
            assert [s.id for s in found] == ["b", "a"]
            found = await opened.sessions.of_provider(provider, now=START, subject=subject)
            assert [s.id for s in found] == ["b", "a"]
            assert not await opened.sessions.of_provider(provider, now=START, subject="somebody else")

    asyncio.run(run())


def test_sessions_are_outdated_at_once_and_keep_everything_else(stores: OpenStores) -> None:
    async def run() -> None:
        async with stores() as opened:
            await opened.sessions.create(RICH, secret_hash="h")
            await opened.sessions.create(session("s2"), secret_hash="h2")
            await opened.sessions.create(session("ended"), secret_hash="h3")
            await opened.sessions.revoke([SessionId("ended")], now=START)
            asked = [SessionId(name) for name in ("s1", "s2", "ended", "gone")]
            assert await opened.sessions.outdate(asked, now=START + MINUTE) == ["s1", "s2"]
            assert await opened.sessions.get(RICH.id) == replace(RICH, changed=START + MINUTE)
            assert set(await opened.sessions.changed_since(START)) == {"s1", "s2"}

    asyncio.run(run())
