from __future__ import annotations

import asyncio

import pytest

from doorward.audit.acts import ActName
from doorward.model.errors import Conflict, Unavailable
from doorward.services.acting import acting_as
from doorward.services.audited.recording import recorded
from tests.fakes.audit import FakeAuditLog


def test_the_act_is_recorded_before_it_is_done_and_by_whom() -> None:
    async def run() -> None:
        audit = FakeAuditLog()
        with acting_as("pages"):
            async with recorded(audit, ActName.SIGNED_IN, {"a": 1}):
                assert [(act.name, act.by) for act in audit.acts] == [(ActName.SIGNED_IN, "pages")]
        assert len(audit.acts) == 1

    asyncio.run(run())


def test_what_cannot_be_recorded_is_not_begun() -> None:
    async def run() -> None:
        audit = FakeAuditLog()
        audit.full = True
        begun = False
        with pytest.raises(Unavailable):
            async with recorded(audit, ActName.SIGNED_IN, {}):
                begun = True
        assert not begun

    asyncio.run(run())


def test_what_was_not_done_keeps_its_error_even_if_that_cannot_be_recorded() -> None:
    async def run() -> None:
        audit = FakeAuditLog()
        async with recorded(audit, ActName.SIGNED_IN, {}):
            audit.full = True
            raise Conflict("taken")

    with pytest.raises(Conflict, match="taken"):
        asyncio.run(run())
