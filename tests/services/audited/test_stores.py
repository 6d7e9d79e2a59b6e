from __future__ import annotations

import asyncio

from doorward.audit.acts import ActName
from doorward.ports.stores import Stores
from doorward.services.audited.stores import AuditedStores
from tests.fakes.audit import FakeAuditLog
from tests.fakes.clock import START
from tests.fakes.stores import FakeStores
from tests.nouns import session, signing_key


def test_whoever_has_the_audited_stores_cannot_write_around_the_audit_log() -> None:
    async def run() -> None:
        audit, inner = FakeAuditLog(), FakeStores()
        stores: Stores = AuditedStores(inner, audit)
        await stores.sessions.create(session(), secret_hash="h")
        await stores.signing_keys.add(signing_key())
        configuration, version = await stores.configurations.load()
        await stores.configurations.save(configuration, expected=version)
        assert audit.names == [
            ActName.SIGNED_IN,
            ActName.SIGNING_KEY_ADDED,
            ActName.CONFIGURATION_CHANGED,
        ]
        assert (await inner.sessions.get(session().id)).id == session().id

    asyncio.run(run())


def test_steps_of_a_sign_in_are_no_acts() -> None:
    async def run() -> None:
        audit, inner = FakeAuditLog(), FakeStores()
        await AuditedStores(inner, audit).one_time_values.put("k", "v", expires=START)
        assert audit.acts == []

    asyncio.run(run())
