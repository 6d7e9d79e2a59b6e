"""A story told in front of one stand-in."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from tests.fakes.entra import FakeEntra
from tests.fakes.entra_visitor import Visitor


def visit(fake: FakeEntra, story: Callable[[Visitor], Awaitable[None]], *, by_itself: str = "") -> None:
    """Run ``story`` with one browser; ``by_itself`` is signed in without being asked anything."""

    async def run() -> None:
        if by_itself:
            fake.faults.auto_sign_in = True
            fake.faults.default_user = by_itself
        async with fake.client() as client:
            await story(Visitor(fake, client))

    asyncio.run(run())
