"""The relay's line to the control plane: hears who may connect and what to cut, says what it sees.

Rule: while the control plane is away, the relay goes on with what it was told last.
"""

from __future__ import annotations

import asyncio
from typing import Final

import structlog

from doorward import __version__
from doorward.model.errors import Invalid
from doorward.relay.relay import Relay
from doorward.relay.settings import RelaySettings
from doorward.tunnel.relay_messages import (
    LONGEST_LINE,
    Admit,
    Cut,
    CutDone,
    List,
    Listed,
    Message,
    RelayHello,
    Seen,
    decode,
    encode,
)

log = structlog.get_logger("relay.channel")

FIRST_WAIT: Final = 0.05
LONGEST_WAIT: Final = 1.0


class Channel:
    """``life`` differs at each start of the process."""

    def __init__(self, relay: Relay, settings: RelaySettings, *, life: str) -> None:
        self._relay = relay
        self._settings = settings
        self._hello = RelayHello(name=settings.name, life=life, version=__version__)
        self._changed = asyncio.Event()
        relay.changed = self._changed.set

    async def run(self) -> None:
        """Stay connected; never returns."""
        wait = FIRST_WAIT
        while True:
            try:
                reader, writer = await asyncio.open_unix_connection(
                    str(self._settings.control_socket), limit=LONGEST_LINE
                )
            except OSError:
                await asyncio.sleep(wait)
                wait = min(LONGEST_WAIT, wait * 2)
                continue
            wait = FIRST_WAIT
            try:
                await self._converse(reader, writer)
            finally:
                self._relay.admissions.current = False
                writer.close()
            await asyncio.sleep(wait)

    async def _converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(encode(self._hello))
        reporting = asyncio.get_running_loop().create_task(self._report(writer))
        try:
            while line := await reader.readline():
                message = decode(line)
                if message is not None:
                    self._hear(message, writer)
            log.warning("control plane is away")
        except (OSError, ValueError, Invalid) as problem:
            log.warning("control plane lost", problem=str(problem))
        finally:
            reporting.cancel()

    def _hear(self, message: Message, writer: asyncio.StreamWriter) -> None:
        match message:
            case Admit():
                self._relay.admissions.current = True
                self._relay.admit(message.tunnels)
            case Cut():
                count = self._relay.cut(message.sessions, message.streams)
                writer.write(encode(CutDone(number=message.number, count=count)))
            case List():
                listed = tuple(self._relay.live.listed())
                writer.write(encode(Listed(number=message.number, streams=listed)))
            case _:
                raise Invalid("type", "is a message that only relays send")

    async def _report(self, writer: asyncio.StreamWriter) -> None:
        while not writer.is_closing():
            self._changed.clear()
            seen = Seen(
                connectors=tuple(self._relay.connectors.statuses()),
                problems=self._relay.problems(),
                metrics=self._relay.metrics(),
            )
            writer.write(encode(seen))
            try:
                async with asyncio.timeout(self._settings.report_interval):
                    await self._changed.wait()
            except TimeoutError:
                continue
