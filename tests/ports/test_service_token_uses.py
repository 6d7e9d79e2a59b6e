"""What every ``ServiceTokenUses`` promises."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from doorward.model.ids import ServiceTokenId
from doorward.ports.service_token_uses import ServiceTokenUse
from tests.fakes.clock import START
from tests.ports.conftest import OpenStores

CI, NIGHTLY = ServiceTokenId("ci"), ServiceTokenId("nightly")
LATER = START + timedelta(days=1)


def test_uses_are_replaced_one_by_one(stores: OpenStores) -> None:
    async def run() -> None:
        async with stores() as opened:
            uses = opened.service_token_uses
            assert await uses.listed() == {}
            begun = ServiceTokenUse(service_token=CI, since=START)
            other = ServiceTokenUse(service_token=NIGHTLY, since=START)
            await uses.write([begun, other])
            assert await uses.listed() == {CI: begun, NIGHTLY: other}
            seen = ServiceTokenUse(service_token=CI, since=START, seen=LATER, source="2001:db8::1")
            await uses.write([seen])
            await uses.write([])
            assert await uses.listed() == {CI: seen, NIGHTLY: other}

    asyncio.run(run())


def test_all_but_those_named_are_forgotten(stores: OpenStores) -> None:
    async def run() -> None:
        async with stores() as opened:
            uses = opened.service_token_uses
            await uses.write([ServiceTokenUse(service_token=t, since=START) for t in (CI, NIGHTLY)])
            await uses.keep_only([CI, ServiceTokenId("unknown")])
            assert (await uses.listed()).keys() == {CI}
            await uses.keep_only([])
            assert await uses.listed() == {}

    asyncio.run(run())


def test_a_token_is_unused_since_it_was_seen_or_since_it_counts_whichever_is_later() -> None:
    assert ServiceTokenUse(service_token=CI, since=START).unused_since == START
    assert ServiceTokenUse(service_token=CI, since=START, seen=LATER).unused_since == LATER
    assert ServiceTokenUse(service_token=CI, since=LATER, seen=START).unused_since == LATER
