"""Where connectors arrive: TCP, then TLS, then a hello, each within bounds; only then are they known.

Rule: whatever a stranger sends costs bounded memory and time, and at most a few log lines a minute.
"""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections import Counter
from pathlib import Path
from typing import Final

import structlog

from doorward.model.errors import Invalid, Unavailable
from doorward.process.sockets import tune
from doorward.relay.link import RelayLink
from doorward.relay.relay import Relay
from doorward.relay.settings import RelaySettings
from doorward.relay.sparse_log import SparseLog
from doorward.tunnel.control import PROTOCOL, Hello, Refuse
from doorward.tunnel.link import RECEIVE_BUFFER

log = structlog.get_logger("relay.listener")

BACKLOG: Final = 1024
ACCEPT_PAUSE: Final = 0.1


def tls_context(certificate: Path, private_key: Path) -> ssl.SSLContext:
    """TLS 1.3 only, our protocol only. Raises Invalid when the files do not hold a certificate and key."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    context.set_alpn_protocols([PROTOCOL])
    context.num_tickets = 0
    try:
        context.load_cert_chain(certificate, private_key)
    except (OSError, ssl.SSLError) as error:
        raise Invalid("certificate", f"{certificate} and {private_key} cannot be used: {error}") from error
    return context


class Listener:
    """Accepts connectors for a relay."""

    def __init__(self, settings: RelaySettings, relay: Relay) -> None:
        self._settings = settings
        self._relay = relay
        self._context = tls_context(settings.certificate, settings.private_key)
        self._loaded = self._age()
        self._buffer = memoryview(bytearray(RECEIVE_BUFFER))
        self._greetings: set[asyncio.Task[None]] = set()
        self._by_source: Counter[str] = Counter()
        self._sparse = SparseLog(log, asyncio.get_running_loop().time)

    async def open(self) -> int:
        """Listen; return the port. Raises Unavailable when the port is taken or not ours to take."""
        host, port = self._settings.listen_host, self._settings.listen_port
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        listener = socket.socket(family, socket.SOCK_STREAM | socket.SOCK_NONBLOCK)
        try:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            if self._settings.share_port:
                listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
            tune(listener)
            listener.bind((host, port))
            listener.listen(BACKLOG)
        except OSError as error:
            listener.close()
            raise Unavailable(f"the relay cannot listen on {host} port {port}: {error.strerror}") from error
        self._socket = listener
        return int(listener.getsockname()[1])

    async def run(self) -> None:
        """Accept connectors; never returns.

        Connections are accepted by hand so that strangers can be counted before TLS costs anything.
        """
        while True:
            await _readable(self._socket)
            try:
                connection, address = self._socket.accept()
            except BlockingIOError:
                continue
            except OSError as error:
                self._sparse.warning("cannot accept", problem=str(error))
                await asyncio.sleep(ACCEPT_PAUSE)
                continue
            connection.setblocking(False)
            self._arrived(connection, str(address[0]))

    def renew(self) -> None:
        """Use a certificate that was replaced on disk; to be called now and then.

        While the new files cannot be used, the old certificate stays.
        """
        age = self._age()
        if age == self._loaded:
            return
        self._loaded = age
        try:
            self._context = tls_context(self._settings.certificate, self._settings.private_key)
            log.info("certificate renewed")
        except Invalid as problem:
            log.warning("certificate not renewed", problem=str(problem))

    def _age(self) -> tuple[int, ...]:
        """What changes when the files are replaced."""
        files = (self._settings.certificate, self._settings.private_key)
        return tuple(file.stat().st_mtime_ns for file in files if file.exists())

    async def close(self) -> None:
        """Accept nobody any more; strangers are dropped."""
        self._socket.close()
        for task in self._greetings:
            task.cancel()
        await asyncio.gather(*self._greetings, return_exceptions=True)

    def _arrived(self, connection: socket.socket, source: str) -> None:
        """Somebody connected."""
        if (
            len(self._greetings) >= self._settings.most_greetings
            or self._by_source[source] >= self._settings.most_greetings_per_source
        ):
            self._relay.counted.greetings_turned_away += 1
            self._sparse.warning("too many strangers", source=source)
            connection.close()
            return
        self._by_source[source] += 1
        task = asyncio.get_running_loop().create_task(self._greet(connection, source))
        self._greetings.add(task)
        task.add_done_callback(lambda done: self._greeted(done, connection, source))

    def _greeted(self, task: asyncio.Task[None], connection: socket.socket, source: str) -> None:
        self._greetings.discard(task)
        if task.cancelled():  # perhaps before its first step, when nobody else holds the connection
            connection.close()
        self._by_source[source] -= 1
        if not self._by_source[source]:
            del self._by_source[source]
        if not task.cancelled() and task.exception() is not None:
            log.error("greeting failed", exc_info=task.exception())

    async def _greet(self, connection: socket.socket, source: str) -> None:
        """TLS, then hello, then in or out."""
        loop = asyncio.get_running_loop()
        link = RelayLink(
            source=source,
            call_soon=loop.call_soon,
            buffer=self._buffer,
            hello=loop.create_future(),
            closed=self._relay.unregister,
            changed=self._relay.note_change,
        )
        limit = self._settings.greeting_timeout
        try:
            async with asyncio.timeout(limit):
                await loop.connect_accepted_socket(
                    lambda: link, connection, ssl=self._context, ssl_handshake_timeout=limit
                )
                await self._let_in(link, await link.hello)
        except (OSError, asyncio.CancelledError) as error:
            self._relay.counted.greetings_failed += 1
            self._sparse.warning("no proper greeting", source=source, problem=link.problem or _words(error))
            link.abort("")
            current = asyncio.current_task()
            if current is not None and current.cancelling():
                raise

    async def _let_in(self, link: RelayLink, hello: Hello) -> None:
        verdict = self._relay.judge(hello)
        if isinstance(verdict, Refuse):
            self._relay.counted.links_refused += 1
            self._sparse.warning("connector refused", source=link.source, tunnel=hello.tunnel)
            await asyncio.sleep(self._settings.refusal_delay)
            link.dismiss(verdict)
        else:
            await self._relay.register(link, hello, verdict)


async def _readable(listening: socket.socket) -> None:
    """Wait for a connection, without taking it: who is cancelled while waiting must not lose one."""
    loop = asyncio.get_running_loop()
    readable: asyncio.Future[None] = loop.create_future()

    def arrived() -> None:
        if not readable.done():
            readable.set_result(None)

    loop.add_reader(listening, arrived)
    try:
        await readable
    finally:
        loop.remove_reader(listening)


def _words(error: BaseException) -> str:
    return f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
