"""What every ``Sessions`` promises of sessions."""

from __future__ import annotations

import asyncio
from datetime import timedelta, timezone

import pytest

from doorward.model.errors import Conflict, NotFound
from doorward.model.ids import SessionId
from doorward.ports.stores import Sessions
from tests.fakes.clock import START
from tests.nouns import HOUR, session
from tests.ports.conftest import OpenStores

MINUTE = timedelta(minutes=1)
SECOND = timedelta(seconds=1)


async def create(sessions: Sessions, *names: str, email: str = "ada@example.com") -> None:
    """Sessions that began a minute after each other, and end an hour after START."""
    for number, name in enumerate(names):
        made = session(name, email=email, created=START + number * MINUTE)
        await sessions.create(made, secret_hash=f"secret-{name}")


def test_a_session_is_found_by_its_id_and_by_its_secret(stores: OpenStores) -> None:
    async def run() -> None:
        async with stores() as opened:
            await create(opened.sessions, "s1", "s2")
            assert await opened.sessions.get(SessionId("s1")) == session("s1")
            assert await opened.sessions.by_secret("secret-s1") == session("s1")

    asyncio.run(run())


def test_an_unknown_id_or_secret_is_not_found(stores: OpenStores) -> None:
    async def run() -> None:
        async with stores() as opened:
            await create(opened.sessions, "s1")
            with pytest.raises(NotFound, match="'s2'"):
                await opened.sessions.get(SessionId("s2"))
            for wrong in ("secret-s2", "s1", ""):
                with pytest.raises(NotFound):
                    await opened.sessions.by_secret(wrong)

    asyncio.run(run())


def test_an_id_or_a_secret_that_is_taken_is_a_conflict(stores: OpenStores) -> None:
    async def run() -> None:
        async with stores() as opened:
            await create(opened.sessions, "s1")
            for name, secret in (("s1", "other"), ("s2", "secret-s1")):
                with pytest.raises(Conflict):
                    await opened.sessions.create(session(name), secret_hash=secret)
            assert await opened.sessions.listed(now=START) == [session("s1")]

    asyncio.run(run())


def test_instants_keep_their_moment_whatever_zone_they_come_in(stores: OpenStores) -> None:
    there = START.astimezone(timezone(timedelta(hours=5, minutes=30)))

    async def run() -> None:
        async with stores() as opened:
            await opened.sessions.create(session("s1", created=there), secret_hash="x")
            created = (await opened.sessions.get(SessionId("s1"))).created
            assert created == START
            assert created.tzinfo is not None
            assert [s.id for s in await opened.sessions.listed(now=there + HOUR - SECOND)] == ["s1"]
            assert await opened.sessions.listed(now=there + HOUR) == []

    asyncio.run(run())


def test_live_sessions_are_listed_newest_first(stores: OpenStores) -> None:
    async def run() -> None:
        async with stores() as opened:
            await create(opened.sessions, "s1", "s2", "s3", "s4")
            await opened.sessions.revoke([SessionId("s2")], now=START)
            assert [s.id for s in await opened.sessions.listed(now=START)] == ["s4", "s3", "s1"]
            assert await opened.sessions.listed(now=START + HOUR) == []

    asyncio.run(run())


def test_the_list_can_be_of_one_person_only(stores: OpenStores) -> None:
    async def run() -> None:
        async with stores() as opened:
            await create(opened.sessions, "s1", "s2")
            await create(opened.sessions, "s3", email="bob@example.com")
            found = await opened.sessions.listed(email="bob@example.com", now=START)
            assert [s.id for s in found] == ["s3"]
            assert await opened.sessions.listed(email="eve@example.com", now=START) == []

    asyncio.run(run())


def test_revoking_returns_the_sessions_that_it_ended_and_no_other(stores: OpenStores) -> None:
    async def run() -> None:
        async with stores() as opened:
            await create(opened.sessions, "s1", "s2", "s3")
            await opened.sessions.revoke([SessionId("s1")], now=START)
            named = [SessionId(name) for name in ("s3", "s1", "unknown", "s2", "s3")]
            ended = await opened.sessions.revoke(named, now=START + SECOND)
            assert [(s.id, s.revoked) for s in ended] == [("s3", START + SECOND), ("s2", START + SECOND)]
            assert (await opened.sessions.get(SessionId("s1"))).revoked == START

    asyncio.run(run())


def test_a_session_that_expired_is_not_revoked_again(stores: OpenStores) -> None:
    async def run() -> None:
        async with stores() as opened:
            await create(opened.sessions, "s1")
            assert await opened.sessions.revoke([SessionId("s1")], now=START + HOUR) == []
            assert (await opened.sessions.get(SessionId("s1"))).revoked is None

    asyncio.run(run())


def test_revoking_nothing_is_no_error(stores: OpenStores) -> None:
    async def run() -> None:
        async with stores() as opened:
            assert await opened.sessions.revoke([], now=START) == []

    asyncio.run(run())


def test_thousands_of_sessions_are_revoked_in_one_go(stores: OpenStores) -> None:
    async def run() -> None:
        async with stores() as opened:
            await create(opened.sessions, "s1", "s2")
            crowd = [SessionId(f"unknown-{number}") for number in range(70_000)]
            named = [SessionId("s1"), *crowd, SessionId("s2")]
            ended = await opened.sessions.revoke(named, now=START)
            assert [s.id for s in ended] == ["s1", "s2"]

    asyncio.run(run())


def test_of_revocations_at_the_same_time_one_ends_the_session(stores: OpenStores) -> None:
    async def run() -> None:
        async with stores() as opened:
            await create(opened.sessions, "s1")
            ended = await asyncio.gather(
                *(opened.sessions.revoke([SessionId("s1")], now=START) for _ in range(10))
            )
            assert sorted(len(sessions) for sessions in ended) == [0] * 9 + [1]

    asyncio.run(run())


def test_revoked_sessions_are_known_from_a_moment_on(stores: OpenStores) -> None:
    async def run() -> None:
        async with stores() as opened:
            await create(opened.sessions, "s1", "s2", "s3", "s4")
            for number, name in enumerate(("s3", "s1", "s2")):
                await opened.sessions.revoke([SessionId(name)], now=START + number * SECOND)
            assert await opened.sessions.revoked_since(START) == ["s3", "s1", "s2"]
            assert await opened.sessions.revoked_since(START + SECOND) == ["s1", "s2"]
            assert await opened.sessions.revoked_since(START + MINUTE) == []

    asyncio.run(run())


def test_sessions_that_ended_before_a_moment_are_forgotten(stores: OpenStores) -> None:
    made = {
        "expired": session("expired", expires=START - SECOND),
        "revoked": session("revoked", revoked=START - SECOND),
        "expires-now": session("expires-now", expires=START),
        "revoked-now": session("revoked-now", revoked=START),
        "live": session("live"),
    }

    async def run() -> None:
        async with stores() as opened:
            for name, one in made.items():
                await opened.sessions.create(one, secret_hash=name)
            assert await opened.sessions.remove_ended(before=START) == 2
            for name in ("expired", "revoked"):
                with pytest.raises(NotFound):
                    await opened.sessions.by_secret(name)
            for name in ("expires-now", "revoked-now", "live"):
                assert await opened.sessions.by_secret(name) == made[name]
            await opened.sessions.create(made["expired"], secret_hash="expired")

    asyncio.run(run())


def test_the_people_of_sessions_are_known_ended_or_not_and_unknown_ones_left_out(stores: OpenStores) -> None:
    async def run() -> None:
        async with stores() as opened:
            await opened.sessions.create(session("s1"), secret_hash="h1")
            await opened.sessions.create(session("s2", email="bob@example.com"), secret_hash="h2")
            await opened.sessions.revoke([SessionId("s2")], now=START)
            ids = [SessionId(name) for name in ("s2", "s1", "none")]
            assert await opened.sessions.people(ids) == {"s1": "ada@example.com", "s2": "bob@example.com"}
            assert await opened.sessions.people([]) == {}

    asyncio.run(run())
