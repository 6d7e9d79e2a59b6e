"""The connector process: joins its parts and runs until it is told to stop or refused for good."""

from __future__ import annotations

import asyncio
import itertools
import random
import secrets
import signal
import sys
from collections.abc import Callable
from typing import Final

import structlog
import uvloop

from doorward import __version__
from doorward.connector.connector import Connector
from doorward.connector.keeper import Keeper, tls_context
from doorward.connector.origins import Origins
from doorward.connector.settings import ConnectorSettings
from doorward.connector.status import StatusServer
from doorward.connector.targets import parse_target
from doorward.model.errors import AccessError
from doorward.process.allocator import keep_freed_memory
from doorward.tunnel.control import Hello
from doorward.tunnel.link import RECEIVE_BUFFER

log = structlog.get_logger("connector")

ROUND: Final = 1.0
"""Seconds for which a kept-alive connection must have been idle while draining, at least."""
LOOKS_PER_ROUND: Final = 20


def execute(settings: ConnectorSettings, ready: Callable[[], None]) -> int:
    """Run a whole connector process; return its exit code: 0 stopped as asked, 1 with a sentence."""
    try:
        uvloop.run(run(settings, ready))
    except AccessError as error:
        sys.stderr.write(f"doorward: {error}\n")
        return 1
    return 0


async def run(settings: ConnectorSettings, ready: Callable[[], None]) -> None:
    """Serve until SIGTERM or SIGINT, then drain. ``ready`` is called at the first welcome.

    Raises:
        Refused: the relay refuses this token for good.
        Invalid: the token or a target cannot be used.
        Unavailable: the metrics port is taken.
    """
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    await serve(settings, ready, stop)


async def serve(settings: ConnectorSettings, ready: Callable[[], None], stop: asyncio.Event) -> None:
    """As ``run``, but until ``stop`` is set."""
    keep_freed_memory()
    targets = tuple(parse_target(text) for text in settings.allow_targets)
    connector = Connector(Origins(targets, timeout=settings.dial_timeout), _once(ready))
    keepers = _keepers(settings, connector)
    status = StatusServer(connector.metrics)
    if settings.metrics_port is not None:
        await status.open(settings.metrics_port)
    loop = asyncio.get_running_loop()
    running = [loop.create_task(keeper.run()) for keeper in keepers]
    stopping = loop.create_task(stop.wait())
    try:
        await asyncio.wait([*running, stopping], return_when=asyncio.FIRST_COMPLETED)
        if stop.is_set():
            await _drain(connector, settings.grace)
    finally:
        status.close()
        connector.close()
        for task in (*running, stopping):
            task.cancel()
        results = await asyncio.gather(*running, return_exceptions=True)
    for result in results:
        if isinstance(result, Exception):
            raise result


def _keepers(settings: ConnectorSettings, connector: Connector) -> list[Keeper]:
    token = settings.token
    hello = Hello(
        tunnel=token.tunnel, secret=token.secret, connector=secrets.token_hex(8), version=__version__
    )
    context = tls_context(token)
    buffer = memoryview(bytearray(RECEIVE_BUFFER))
    return [
        Keeper(
            connector,
            relay,
            token=token,
            hello=hello,
            context=context,
            buffer=buffer,
            jitter=random.random,
            timeout=settings.dial_timeout,
        )
        for relay in token.relays
        for _ in range(settings.links)
    ]


async def _drain(connector: Connector, grace: float) -> None:
    """Let running streams finish, at most for ``grace`` seconds."""
    log.info("draining")
    connector.begin_drain()
    try:
        async with asyncio.timeout(grace):
            for look in itertools.count():
                if connector.is_drained:
                    return
                if look % LOOKS_PER_ROUND == 0:
                    connector.end_idle()
                await asyncio.sleep(ROUND / LOOKS_PER_ROUND)
    except TimeoutError:
        log.warning("streams cut at the end of the grace period", streams=connector.metrics()["streams"])


def _once(ready: Callable[[], None]) -> Callable[[], None]:
    """A function that calls ``ready`` the first time only."""
    left = [ready]

    def call() -> None:
        if left:
            left.pop()()

    return call
