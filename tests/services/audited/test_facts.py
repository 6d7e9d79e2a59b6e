from __future__ import annotations

import asyncio

import pytest

from doorward.audit.acts import ActName
from doorward.model.errors import Unavailable
from doorward.services.audited.facts import AuditedFacts
from tests.fakes.audit import FakeAuditLog
from tests.fakes.clock import START
from tests.fakes.reports import FakeFacts
from tests.ports.test_facts import ADA, HOUR, report


def test_what_is_reported_and_withdrawn_is_in_the_log_and_what_expires_is_not() -> None:
    async def run() -> None:
        audit = FakeAuditLog()
        facts = AuditedFacts(FakeFacts(), audit)
        await facts.put([report()], most=10)
        await facts.put([], most=10)
        assert len(await facts.of([ADA], now=START)) == len(await facts.listed(now=START)) == 1
        await facts.expire(ADA, names=["encrypted"], now=START)
        assert audit.names == [ActName.FACTS_REPORTED, ActName.FACTS_WITHDRAWN]
        await facts.put([report()], most=10)
        assert await facts.next_expiry() == START + HOUR
        assert len(await facts.expired(now=START + HOUR)) == 1
        await facts.remove_expired(now=START + HOUR)
        assert await facts.next_expiry() is None
        assert audit.names[2:] == [ActName.FACTS_REPORTED]

    asyncio.run(run())


def test_what_cannot_be_recorded_is_not_known() -> None:
    async def run() -> None:
        audit = FakeAuditLog()
        facts = AuditedFacts(FakeFacts(), audit)
        audit.full = True
        with pytest.raises(Unavailable):
            await facts.put([report()], most=10)
        assert await facts.listed(now=START) == []

    asyncio.run(run())
