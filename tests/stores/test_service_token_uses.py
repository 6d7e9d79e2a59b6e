"""The use of service tokens in a database: what it promises is in ``tests/ports``."""

from __future__ import annotations

import asyncio
from pathlib import Path

from doorward.ports.service_token_uses import ServiceTokenUse
from doorward.stores.service_token_uses import SqlServiceTokenUses
from tests.fakes.clock import START
from tests.stores.files import opened


def test_a_use_outlives_the_process(tmp_path: Path) -> None:
    use = ServiceTokenUse(client_id="ci.access", since=START, seen=START, source="192.0.2.7")

    async def run() -> None:
        async with opened(tmp_path / "a.db") as stores:
            assert isinstance(stores.service_token_uses, SqlServiceTokenUses)
            await stores.service_token_uses.write([use])
        async with opened(tmp_path / "a.db") as stores:
            assert await stores.service_token_uses.listed() == {use.client_id: use}

    asyncio.run(run())
