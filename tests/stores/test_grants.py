"""How grants are kept."""

from __future__ import annotations

import asyncio
from pathlib import Path

from tests.fakes.clock import START
from tests.nouns import HOUR, session
from tests.ports.test_grants import ASKED
from tests.stores.files import opened


def test_what_was_given_is_still_given_after_a_restart(tmp_path: Path) -> None:
    async def run() -> None:
        async with opened(tmp_path / "a.db") as stores:
            await stores.sessions.create(session("s1"), secret_hash="cookie")
            await stores.grants.add(ASKED)
            await stores.grants.save(ASKED.given(until=START + HOUR))
        async with opened(tmp_path / "a.db") as stores:
            (found,) = await stores.grants.of_session(ASKED.session)
            assert found.gives(START)

    asyncio.run(run())
