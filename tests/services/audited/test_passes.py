from __future__ import annotations

import asyncio

import pytest

from doorward.audit.acts import ActName
from doorward.model.errors import NotFound, Unavailable
from doorward.services.audited.passes import AuditedPasses
from tests.fakes.audit import FakeAuditLog
from tests.fakes.clock import START
from tests.fakes.passes import FakePasses
from tests.fakes.stores import FakeSessions
from tests.nouns import session
from tests.ports.test_passes import PHONE


async def passes_over(audit: FakeAuditLog) -> AuditedPasses:
    sessions = FakeSessions()
    await sessions.create(session("s1"), secret_hash="cookie")
    return AuditedPasses(FakePasses(sessions), audit)


def test_passes_come_and_go_in_the_log_without_their_secrets_and_uses_do_not() -> None:
    async def run() -> None:
        audit = FakeAuditLog()
        passes = await passes_over(audit)
        await passes.add(PHONE, secret_hash="hash")
        await passes.note_use(PHONE.id, now=START, source="192.0.2.1")
        assert [made.id for made in await passes.listed(owner="ada")] == [PHONE.id]
        assert (await passes.by_secret("hash")).id == (await passes.get(PHONE.id)).id
        await passes.remove(PHONE.id)
        assert audit.names == [ActName.PASS_MADE, ActName.PASS_REMOVED]
        assert audit.last(ActName.PASS_MADE)["application"] == "hello"
        assert "hash" not in str(audit.acts)

    asyncio.run(run())


def test_a_pass_that_cannot_be_recorded_is_not_made() -> None:
    async def run() -> None:
        audit = FakeAuditLog()
        passes = await passes_over(audit)
        audit.full = True
        with pytest.raises(Unavailable):
            await passes.add(PHONE, secret_hash="hash")
        with pytest.raises(NotFound):
            await passes.by_secret("hash")

    asyncio.run(run())
