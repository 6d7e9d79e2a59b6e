from __future__ import annotations

import asyncio

import pytest

from doorward.audit.acts import ActName
from doorward.model.errors import Unavailable
from doorward.services.audited.grants import AuditedGrants
from tests.fakes.audit import FakeAuditLog
from tests.fakes.clock import START
from tests.fakes.grants import FakeGrants
from tests.fakes.stores import FakeSessions
from tests.nouns import HOUR, session
from tests.ports.test_grants import ASKED


async def grants_over(audit: FakeAuditLog) -> AuditedGrants:
    sessions = FakeSessions()
    await sessions.create(session("s1"), secret_hash="cookie")
    return AuditedGrants(FakeGrants(sessions), audit)


def test_reasons_and_decisions_are_in_the_log() -> None:
    async def run() -> None:
        audit = FakeAuditLog()
        grants = await grants_over(audit)
        await grants.add(ASKED)
        given = ASKED.approved("boss@example.com", needed=1, until=START + HOUR)
        await grants.save(given)
        assert audit.names == [ActName.GRANT_ASKED, ActName.GRANT_DECIDED]
        assert audit.last(ActName.GRANT_ASKED)["reason"] == "to mend the pump"
        assert audit.last(ActName.GRANT_DECIDED)["approved_by"] == ["boss@example.com"]
        assert (await grants.get(ASKED.id)).gives(START)
        assert len(await grants.open(now=START)) == len(await grants.of_session(ASKED.session)) == 1

    asyncio.run(run())


def test_what_cannot_be_recorded_gives_nobody_access() -> None:
    async def run() -> None:
        audit = FakeAuditLog()
        grants = await grants_over(audit)
        await grants.add(ASKED)
        audit.full = True
        with pytest.raises(Unavailable):
            await grants.save(ASKED.given(until=START + HOUR))
        assert (await grants.get(ASKED.id)).is_waiting

    asyncio.run(run())
