"""What every ``Sessions`` promises of footholds on applications."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from doorward.model.errors import Conflict, NotFound
from doorward.model.ids import SessionId
from tests.fakes.clock import START
from tests.nouns import HOUR, foothold, session
from tests.ports.conftest import OpenStores


def test_a_foothold_is_found_by_its_secret_together_with_its_session(stores: OpenStores) -> None:
    async def run() -> None:
        async with stores() as opened:
            await opened.sessions.create(session("s1"), secret_hash="secret")
            await opened.sessions.create_foothold(foothold("s1"), secret_hash="foot")
            assert await opened.sessions.foothold("foot") == (foothold("s1"), session("s1"))

    asyncio.run(run())


def test_the_secret_of_a_session_is_none_of_a_foothold(stores: OpenStores) -> None:
    async def run() -> None:
        async with stores() as opened:
            await opened.sessions.create(session("s1"), secret_hash="secret")
            await opened.sessions.create_foothold(foothold("s1"), secret_hash="foot")
            with pytest.raises(NotFound):
                await opened.sessions.foothold("secret")
            with pytest.raises(NotFound):
                await opened.sessions.by_secret("foot")

    asyncio.run(run())


def test_a_foothold_shows_that_its_session_was_revoked(stores: OpenStores) -> None:
    async def run() -> None:
        async with stores() as opened:
            await opened.sessions.create(session("s1"), secret_hash="secret")
            await opened.sessions.create_foothold(foothold("s1"), secret_hash="foot")
            await opened.sessions.revoke([SessionId("s1")], now=START)
            _, found = await opened.sessions.foothold("foot")
            assert found.revoked == START

    asyncio.run(run())


def test_a_foothold_needs_its_session(stores: OpenStores) -> None:
    async def run() -> None:
        async with stores() as opened:
            with pytest.raises(NotFound, match="'s1'"):
                await opened.sessions.create_foothold(foothold("s1"), secret_hash="foot")
            with pytest.raises(NotFound):
                await opened.sessions.foothold("foot")

    asyncio.run(run())


def test_a_secret_that_is_taken_is_a_conflict(stores: OpenStores) -> None:
    async def run() -> None:
        async with stores() as opened:
            await opened.sessions.create(session("s1"), secret_hash="secret")
            await opened.sessions.create_foothold(foothold("s1", "hello"), secret_hash="foot")
            with pytest.raises(Conflict):
                await opened.sessions.create_foothold(foothold("s1", "other"), secret_hash="foot")
            assert await opened.sessions.applications_of(SessionId("s1")) == ["hello"]

    asyncio.run(run())


def test_the_applications_of_a_session_are_named_once_each(stores: OpenStores) -> None:
    async def run() -> None:
        async with stores() as opened:
            await opened.sessions.create(session("s1"), secret_hash="secret")
            await opened.sessions.create(session("s2"), secret_hash="secret-2")
            for number, application in enumerate(("wiki", "hello", "wiki")):
                made = foothold("s1", application)
                await opened.sessions.create_foothold(made, secret_hash=f"foot-{number}")
            assert await opened.sessions.applications_of(SessionId("s1")) == ["hello", "wiki"]
            assert await opened.sessions.applications_of(SessionId("s2")) == []

    asyncio.run(run())


def test_footholds_are_forgotten_with_their_session(stores: OpenStores) -> None:
    async def run() -> None:
        async with stores() as opened:
            await opened.sessions.create(session("s1"), secret_hash="secret")
            await opened.sessions.create_foothold(foothold("s1"), secret_hash="foot")
            removed = await opened.sessions.remove_ended(before=START + HOUR + timedelta(seconds=1))
            assert removed == 1
            with pytest.raises(NotFound):
                await opened.sessions.foothold("foot")
            assert await opened.sessions.applications_of(SessionId("s1")) == []

    asyncio.run(run())
