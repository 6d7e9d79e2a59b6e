"""What every ``Passes`` promises."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from doorward.model.access_pass import AccessPass
from doorward.model.errors import Conflict, NotFound
from doorward.model.ids import ApplicationId, PassId, SessionId
from tests.fakes.clock import START
from tests.nouns import session
from tests.ports.conftest import OpenStores

PHONE = AccessPass(
    id=PassId("p1"),
    session=SessionId("s1"),
    owner="ada",
    application=ApplicationId("hello"),
    name="Phone",
    paths=("/dav", "/api"),
    created=START,
    expires=START + timedelta(days=30),
)
TABLET = replace(
    PHONE, id=PassId("p2"), session=SessionId("s2"), name="Tablet", created=START + timedelta(days=1)
)
BOBS = replace(PHONE, id=PassId("p3"), session=SessionId("s3"), owner="bob", paths=())


def test_a_pass_is_found_by_its_secret_its_id_and_its_owner(stores: OpenStores) -> None:
    async def run() -> None:
        async with stores() as opened:
            for number, made in enumerate((PHONE, TABLET, BOBS), start=1):
                await opened.sessions.create(session(f"s{number}"), secret_hash=f"cookie-{number}")
                await opened.passes.add(made, secret_hash=f"hash-{number}")
            assert await opened.passes.by_secret("hash-1") == PHONE
            assert await opened.passes.get(TABLET.id) == TABLET
            assert await opened.passes.listed(owner="ada") == [TABLET, PHONE]
            assert [made.id for made in await opened.passes.listed()] == ["p2", "p1", "p3"]

    asyncio.run(run())


def test_what_is_not_there_is_not_found(stores: OpenStores) -> None:
    async def run() -> None:
        async with stores() as opened:
            for asked in (
                opened.passes.by_secret("hash"),
                opened.passes.get(PHONE.id),
                opened.passes.remove(PHONE.id),
                opened.passes.add(PHONE, secret_hash="hash"),
            ):
                with pytest.raises(NotFound):
                    await asked
            await opened.passes.note_use(PHONE.id, now=START, source="192.0.2.1")
            assert await opened.passes.listed() == []

    asyncio.run(run())


def test_neither_id_nor_secret_is_given_twice(stores: OpenStores) -> None:
    async def run() -> None:
        async with stores() as opened:
            await opened.sessions.create(session("s1"), secret_hash="cookie")
            await opened.passes.add(PHONE, secret_hash="hash")
            for made, secret in ((PHONE, "other"), (replace(PHONE, id=PassId("p9")), "hash")):
                with pytest.raises(Conflict):
                    await opened.passes.add(made, secret_hash=secret)

    asyncio.run(run())


def test_its_last_use_is_remembered_and_removing_it_forgets_its_secret(stores: OpenStores) -> None:
    async def run() -> None:
        async with stores() as opened:
            await opened.sessions.create(session("s1"), secret_hash="cookie")
            await opened.passes.add(PHONE, secret_hash="hash")
            await opened.passes.note_use(PHONE.id, now=START, source="192.0.2.1")
            used = await opened.passes.get(PHONE.id)
            assert (used.used, used.used_from) == (START, "192.0.2.1")
            await opened.passes.remove(PHONE.id)
            with pytest.raises(NotFound):
                await opened.passes.by_secret("hash")

    asyncio.run(run())


def test_it_goes_with_its_session(stores: OpenStores) -> None:
    async def run() -> None:
        async with stores() as opened:
            await opened.sessions.create(session("s1"), secret_hash="cookie")
            await opened.passes.add(PHONE, secret_hash="hash")
            await opened.sessions.revoke([SessionId("s1")], now=START)
            assert await opened.passes.by_secret("hash") == PHONE
            await opened.sessions.remove_ended(before=START + timedelta(days=400))
            with pytest.raises(NotFound):
                await opened.passes.by_secret("hash")

    asyncio.run(run())
