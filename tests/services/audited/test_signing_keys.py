from __future__ import annotations

import asyncio

import pytest

from doorward.audit.acts import ActName
from doorward.model.errors import Unavailable
from doorward.services.audited.signing_keys import AuditedSigningKeys
from tests.fakes.audit import FakeAuditLog
from tests.fakes.stores import FakeSigningKeys
from tests.nouns import signing_key


def test_keys_come_and_go_by_their_ids_and_never_with_what_is_private() -> None:
    async def run() -> None:
        audit = FakeAuditLog()
        keys = AuditedSigningKeys(FakeSigningKeys(), audit)
        await keys.add(signing_key("k1"))
        assert [key.kid for key in await keys.listed()] == ["k1"]
        await keys.remove("k1")
        assert audit.names == [ActName.SIGNING_KEY_ADDED, ActName.SIGNING_KEY_REMOVED]
        assert audit.last(ActName.SIGNING_KEY_ADDED)["kid"] == "k1"
        assert "private" not in str(audit.acts)

    asyncio.run(run())


def test_a_key_that_cannot_be_recorded_is_not_added() -> None:
    async def run() -> None:
        audit, inner = FakeAuditLog(), FakeSigningKeys()
        audit.full = True
        with pytest.raises(Unavailable):
            await AuditedSigningKeys(inner, audit).add(signing_key("k1"))
        assert await inner.listed() == []

    asyncio.run(run())
