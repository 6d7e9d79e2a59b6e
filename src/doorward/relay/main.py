"""The relay process: joins its parts and runs until it is told to stop."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable
from typing import Final

import structlog

from doorward.ports.clock import Clock
from doorward.process.allocator import keep_freed_memory
from doorward.relay.channel import Channel
from doorward.relay.listener import Listener
from doorward.relay.relay import Relay
from doorward.relay.settings import RelaySettings
from doorward.tunnel.control import Refuse

log = structlog.get_logger("relay")

TICK: Final = 2.0
GOODBYE: Final = Refuse(sentence="The relay is stopping.", permanent=False)


async def run(settings: RelaySettings, ready: Callable[[], None], *, clock: Clock) -> None:
    """Serve until cancelled. ``ready`` is called once connectors can arrive.

    Raises:
        Invalid: the certificate or key cannot be used.
        Unavailable: the port is taken.
    """
    keep_freed_memory()
    life = secrets.token_hex(4)
    relay = Relay(settings, clock, life=life)
    listener = Listener(settings, relay)
    relay.fronts.remove_stale()
    port = await listener.open()
    log.info("relay listens", host=settings.listen_host, port=port)
    try:
        async with asyncio.TaskGroup() as tasks:
            channel = Channel(relay, settings, life=life)
            tasks.create_task(channel.run())
            tasks.create_task(listener.run())
            tasks.create_task(_tick(relay, listener))
            ready()
    finally:
        relay.fronts.close_all()
        await listener.close()
        for link in relay.connectors:
            link.dismiss(GOODBYE)
        await asyncio.sleep(0)


async def _tick(relay: Relay, listener: Listener) -> None:
    while True:
        await asyncio.sleep(TICK)
        relay.tick()
        listener.renew()
