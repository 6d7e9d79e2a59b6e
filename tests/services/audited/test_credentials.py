from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from doorward.audit.acts import ActName
from doorward.model.errors import NotFound, Unavailable
from doorward.model.ids import IdentityProviderId
from doorward.ports.credentials import Owner, Passkey
from doorward.services.audited.credentials import AuditedCredentials
from tests.fakes.audit import FakeAuditLog
from tests.fakes.clock import START
from tests.fakes.credentials import FakeCredentials

ADA = Owner(IdentityProviderId("staff"), "ada@example.com")
KEY = Passkey(id="key-1", owner=ADA, public_key=b"public", sign_count=0, name="Phone", created=START)

Write = Callable[[AuditedCredentials], Awaitable[object]]
WRITES: list[tuple[ActName, Write]] = [
    (ActName.PASSKEY_ADDED, lambda c: c.add_passkey(KEY)),
    (ActName.PASSKEY_RENAMED, lambda c: c.rename_passkey(ADA, "key-1", "Laptop")),
    (ActName.PASSKEY_REMOVED, lambda c: c.remove_passkey(ADA, "key-1")),
    (ActName.CODE_APP_SET, lambda c: c.set_app(ADA, "SECRET", step=1, now=START)),
    (ActName.CODE_APP_REMOVED, lambda c: c.remove_app(ADA)),
    (ActName.RECOVERY_CODES_MADE, lambda c: c.set_recovery_codes(ADA, {"hash"})),
    (ActName.RECOVERY_CODE_TRIED, lambda c: c.use_recovery_code(ADA, "hash")),
    (ActName.CREDENTIALS_FORGOTTEN, lambda c: c.forget([ADA])),
]


def test_each_is_recorded_with_its_owner_and_without_secrets() -> None:
    async def run() -> FakeAuditLog:
        audit = FakeAuditLog()
        credentials = AuditedCredentials(FakeCredentials(), audit)
        for _, write in WRITES:
            await write(credentials)
        await credentials.forget([])
        return audit

    audit = asyncio.run(run())
    assert audit.names == [name for name, _ in WRITES]
    for act in audit.acts:
        assert "ada@example.com" in str(act.facts)
        assert "SECRET" not in str(act.facts)
        assert "hash" not in str(act.facts)


@pytest.mark.parametrize(("name", "write"), WRITES)
def test_each_is_refused_when_it_cannot_be_recorded(name: ActName, write: Write) -> None:
    async def run() -> None:
        audit, inner = FakeAuditLog(), FakeCredentials()
        await inner.add_passkey(KEY)
        await inner.set_app(ADA, "SECRET", step=1, now=START)
        await inner.set_recovery_codes(ADA, {"hash"})
        before = await inner.held(ADA)
        audit.full = True
        with pytest.raises(Unavailable):
            await write(AuditedCredentials(inner, audit))
        assert await inner.held(ADA) == before

    asyncio.run(run())


def test_using_a_passkey_or_an_app_is_no_act() -> None:
    async def run() -> None:
        audit, inner = FakeAuditLog(), FakeCredentials()
        credentials = AuditedCredentials(inner, audit)
        await inner.add_passkey(KEY)
        await inner.set_app(ADA, "SECRET", step=1, now=START)
        assert await credentials.use_passkey("key-1", sign_count=1, now=START)
        assert await credentials.use_step(ADA, 2, now=START)
        assert (await credentials.passkey("key-1")).sign_count == 1
        assert (await credentials.held(ADA)).any
        assert audit.acts == []

    asyncio.run(run())


def test_what_was_not_there_is_recorded_as_not_done() -> None:
    async def run() -> None:
        audit = FakeAuditLog()
        with pytest.raises(NotFound):
            await AuditedCredentials(FakeCredentials(), audit).remove_app(ADA)
        assert audit.names == [ActName.CODE_APP_REMOVED, ActName.NOT_DONE]

    asyncio.run(run())
