"""What every ``ServiceTokenUses`` promises."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from doorward.ports.service_token_uses import ServiceTokenUse
from tests.fakes.clock import START
from tests.ports.conftest import OpenStores

CI, NIGHTLY = "ci.access", "nightly.access"
LATER = START + timedelta(days=1)


def test_uses_are_replaced_one_by_one(stores: OpenStores) -> None:
    async def run() -> None:
        async with stores() as opened:
            uses = opened.service_token_uses
            assert await uses.listed() == {}
            begun = ServiceTokenUse(client_id=CI, since=START)
            other = ServiceTokenUse(client_id=NIGHTLY, since=START)
            await uses.write([begun, other])
            assert await uses.listed() == {CI: begun, NIGHTLY: other}
            seen = ServiceTokenUse(client_id=CI, since=START, seen=LATER, source="2001:db8::1")
            await uses.write([seen])
            await uses.write([])
            assert await uses.listed() == {CI: seen, NIGHTLY: other}

    asyncio.run(run())


def test_all_but_those_named_are_forgotten(stores: OpenStores) -> None:
    async def run() -> None:
        async with stores() as opened:
            uses = opened.service_token_uses
            await uses.write([ServiceTokenUse(client_id=t, since=START) for t in (CI, NIGHTLY)])
            await uses.keep_only([CI, "unknown"])
            assert (await uses.listed()).keys() == {CI}
            await uses.keep_only([])
            assert await uses.listed() == {}

    asyncio.run(run())


def test_a_token_is_unused_since_it_was_seen_or_since_it_counts_whichever_is_later() -> None:
    assert ServiceTokenUse(client_id=CI, since=START).unused_since == START
    assert ServiceTokenUse(client_id=CI, since=START, seen=LATER).unused_since == LATER
    assert ServiceTokenUse(client_id=CI, since=LATER, seen=START).unused_since == LATER
