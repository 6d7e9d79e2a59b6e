"""The control plane's end of its line to the relays. Implements ``ports.relays.Relays``.

Rule: a cut that a relay could not hear is not lost. Recent cuts are repeated to every relay that
connects, before it hears anything else.
"""

from __future__ import annotations

import asyncio
import os
import socket
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import structlog

from doorward.model.errors import Invalid
from doorward.model.ids import ApplicationId, SessionId
from doorward.model.tunnel import ConnectorStatus, LiveStream, TunnelAdmission
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

log = structlog.get_logger("edge.relays")

ANSWER_TIMEOUT: Final = 1.0
MOST_REMEMBERED: Final = 10_000


@dataclass(slots=True, eq=False)
class _Connection:
    """One relay's line. ``questions`` holds what it has not answered yet."""

    writer: asyncio.StreamWriter
    hello: RelayHello | None = None
    seen: Seen | None = None
    questions: dict[int, asyncio.Future[CutDone | Listed]] = field(default_factory=dict)


class RelayControl:
    """All relays, as the control plane sees them."""

    def __init__(self) -> None:
        self._connections: set[_Connection] = set()
        self._conversations: set[asyncio.Task[None]] = set()
        self._tunnels: tuple[TunnelAdmission, ...] | None = None
        self._cut: dict[SessionId, None] = {}
        self._number = 0
        self._server: asyncio.Server | None = None

    async def serve(self, socket_path: Path) -> None:
        """Listen for relays on a unix socket that only this user can reach; a stale file is replaced."""
        self._server = await asyncio.start_unix_server(
            self._connected, sock=_bound(socket_path), limit=LONGEST_LINE
        )

    async def close(self) -> None:
        """Hang up; relays go on with what they know."""
        if self._server is not None:
            self._server.close()
        for connection in self._connections:
            connection.writer.close()
        await asyncio.gather(*self._conversations, return_exceptions=True)

    # --- ports.relays.Relays ---------------------------------------------------------------------

    async def admit(self, tunnels: Sequence[TunnelAdmission]) -> None:
        """See ``Relays.admit``."""
        self._tunnels = tuple(tunnels)
        message = encode(Admit(tunnels=self._tunnels))
        for connection in self._connections:
            connection.writer.write(message)

    async def cut_sessions(self, sessions: Sequence[SessionId]) -> int:
        """See ``Relays.cut_sessions``."""
        for session in sessions:
            self._cut[session] = None
        while len(self._cut) > MOST_REMEMBERED:
            del self._cut[next(iter(self._cut))]
        return await self._cut_everywhere(tuple(sessions), ())

    async def cut_streams(self, stream_ids: Sequence[str]) -> int:
        """See ``Relays.cut_streams``."""
        return await self._cut_everywhere((), tuple(stream_ids))

    async def streams(self) -> Sequence[LiveStream]:
        """See ``Relays.streams``."""
        answers = await self._ask_all(lambda number: List(number=number))
        return [stream for answer in answers if isinstance(answer, Listed) for stream in answer.streams]

    def connectors(self) -> Sequence[ConnectorStatus]:
        """See ``Relays.connectors``."""
        return [status for seen in self._seen() for status in seen.connectors]

    def connected(self) -> int:
        """See ``Relays.connected``."""
        return sum(connection.hello is not None for connection in self._connections)

    # --- more than the port asks for -------------------------------------------------------------

    def problems(self) -> Mapping[ApplicationId, str]:
        """What is wrong with which application's origin, as connectors say."""
        return {service: text for seen in self._seen() for service, text in seen.problems.items()}

    def metrics(self) -> Mapping[str, Mapping[str, int]]:
        """Each relay's counters, by its name (see ``relay.metrics.Metrics``)."""
        return {c.hello.name: c.seen.metrics for c in self._connections if c.hello and c.seen}

    # --- inside ----------------------------------------------------------------------------------

    def _seen(self) -> list[Seen]:
        return [connection.seen for connection in self._connections if connection.seen is not None]

    async def _cut_everywhere(self, sessions: tuple[SessionId, ...], streams: tuple[str, ...]) -> int:
        answers = await self._ask_all(lambda number: Cut(number=number, sessions=sessions, streams=streams))
        return sum(answer.count for answer in answers if isinstance(answer, CutDone))

    async def _ask_all(self, question: Callable[[int], Cut | List]) -> list[CutDone | Listed]:
        """Ask every relay at once; those that do not answer in time are left out, and logged."""
        self._number += 1
        number = self._number
        asked: dict[asyncio.Future[CutDone | Listed], _Connection] = {}
        for connection in self._connections:
            answer: asyncio.Future[CutDone | Listed] = asyncio.get_running_loop().create_future()
            connection.questions[number] = answer
            asked[answer] = connection
            connection.writer.write(encode(question(number)))
        if not asked:
            return []
        done, late = await asyncio.wait(asked, timeout=ANSWER_TIMEOUT)
        for answer in late:
            answer.cancel()
            del asked[answer].questions[number]
            hello = asked[answer].hello
            log.error("relay does not answer", relay=hello.name if hello else "")
        return [answer.result() for answer in done if not answer.cancelled()]

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connection = _Connection(writer)
        self._connections.add(connection)
        task = asyncio.current_task()
        if task is not None:
            self._conversations.add(task)
            task.add_done_callback(self._conversations.discard)
        try:
            if self._cut:
                self._number += 1
                writer.write(encode(Cut(number=self._number, sessions=tuple(self._cut))))
            if self._tunnels is not None:
                writer.write(encode(Admit(tunnels=self._tunnels)))
            while line := await reader.readline():
                message = decode(line)
                if message is not None:
                    self._hear(connection, message)
        except (OSError, ValueError, Invalid) as problem:
            log.warning("relay lost", problem=str(problem))
        finally:
            self._connections.discard(connection)
            for answer in connection.questions.values():
                answer.cancel()
            writer.close()

    def _hear(self, connection: _Connection, message: Message) -> None:
        match message:
            case RelayHello():
                connection.hello = message
                log.info("relay connected", relay=message.name, version=message.version)
            case Seen():
                connection.seen = message
            case CutDone() | Listed():
                answer = connection.questions.pop(message.number, None)
                if answer is not None and not answer.done():
                    answer.set_result(message)
            case _:
                raise Invalid("type", "is a message that only the control plane sends")


def _bound(path: Path) -> socket.socket:
    """A unix socket at ``path`` that only this user can reach; a stale file is replaced."""
    path.unlink(missing_ok=True)
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    before = os.umask(0o177)
    try:
        listener.bind(str(path))
    except BaseException:
        listener.close()
        raise
    finally:
        os.umask(before)
    return listener
