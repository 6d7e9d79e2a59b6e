"""How passes are kept."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest

from doorward.model.errors import NotFound
from tests.fakes.clock import START
from tests.nouns import session
from tests.ports.test_passes import PHONE
from tests.stores.files import opened


def test_a_pass_and_its_last_use_survive_a_restart(tmp_path: Path) -> None:
    async def run() -> None:
        async with opened(tmp_path / "a.db") as stores:
            await stores.sessions.create(session("s1"), secret_hash="cookie")
            await stores.passes.add(PHONE, secret_hash="hash")
            await stores.passes.note_use(PHONE.id, now=START, source="192.0.2.1")
        async with opened(tmp_path / "a.db") as stores:
            assert (await stores.passes.by_secret("hash")).used == START

    asyncio.run(run())


def test_when_its_session_is_forgotten_nothing_of_it_is_left(tmp_path: Path) -> None:
    async def run() -> None:
        async with opened(tmp_path / "a.db") as stores:
            await stores.sessions.create(session("s1"), secret_hash="cookie")
            await stores.passes.add(PHONE, secret_hash="hash")
            assert await stores.sessions.remove_ended(before=START + timedelta(days=400)) == 1
            assert await stores.passes.listed() == []
            with pytest.raises(NotFound):
                await stores.passes.remove(PHONE.id)

    asyncio.run(run())
