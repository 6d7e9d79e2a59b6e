"""A process that writes sessions and reports each as done, until it is killed.

    python -m tests.stores.crashing PATH SEED

Each line it prints is ``created NAME`` or ``revoked NAME``; a line means that the store said so.
"""

from __future__ import annotations

import asyncio
import sys

from doorward.model.ids import SessionId
from doorward.stores.sql_stores import SqlStores
from tests.fakes.clock import START
from tests.nouns import foothold, session
from tests.stores.files import KEY

WRITERS = 4


def report(act: str, name: str) -> None:
    """Say that it was done, at once."""
    sys.stdout.write(f"{act} {name}\n")
    sys.stdout.flush()


async def write(stores: SqlStores, writer: str) -> None:
    """Create sessions with a foothold each for ever, and revoke every second one."""
    number = 0
    while True:
        number += 1
        name = f"{writer}-{number}"
        await stores.sessions.create(session(name), secret_hash=name)
        await stores.sessions.create_foothold(foothold(name), secret_hash=name)
        report("created", name)
        if number % 2:
            await stores.sessions.revoke([SessionId(name)], now=START)
            report("revoked", name)


async def run(path: str, seed: str) -> None:
    """Write with several at once."""
    stores = await SqlStores.open(path, encryption_key=KEY)
    async with asyncio.TaskGroup() as group:
        for number in range(WRITERS):
            group.create_task(write(stores, f"{seed}-{number}"))


if __name__ == "__main__":
    asyncio.run(run(sys.argv[1], sys.argv[2]))
