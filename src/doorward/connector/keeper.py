"""Keeps one link up: dials, says hello, waits until it is lost, dials again."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Callable

import structlog

from doorward.connector.backoff import Backoff
from doorward.connector.connector import Connector
from doorward.connector.link import ConnectorLink
from doorward.model.errors import Invalid, Refused
from doorward.tunnel.control import PROTOCOL, Hello
from doorward.tunnel.token import FIELD, RelayAddress, TunnelToken

log = structlog.get_logger("connector")

TICK = 2.0


def tls_context(token: TunnelToken) -> ssl.SSLContext:
    """TLS 1.3 that trusts the token's authority alone. Raises Invalid when that is no certificate."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    context.set_alpn_protocols([PROTOCOL])
    try:
        context.load_verify_locations(cadata=token.authority)
    except (ssl.SSLError, ValueError) as error:
        raise Invalid(FIELD, "it holds no usable certificate: ask for a new one") from error
    return context


class Keeper:
    """One link to one relay. ``buffer`` is shared by all links of the process."""

    def __init__(
        self,
        connector: Connector,
        relay: RelayAddress,
        *,
        token: TunnelToken,
        hello: Hello,
        context: ssl.SSLContext,
        buffer: memoryview,
        jitter: Callable[[], float],
        timeout: float,
    ) -> None:
        self._connector = connector
        self._relay = relay
        self._token = token
        self._hello = hello
        self._context = context
        self._buffer = buffer
        self._backoff = Backoff(jitter)
        self._timeout = timeout

    async def run(self) -> None:
        """Keep the link up until cancelled, or drained.

        Raises:
            Refused: the relay says that trying again cannot help.
        """
        problem = ""
        while not self._connector.draining:
            before, problem = problem, await self._once()
            if problem and problem != before:
                log.warning("relay not reached", relay=str(self._relay), problem=problem)
            await asyncio.sleep(self._backoff.next())

    async def _once(self) -> str:
        """One life of the link; returns why it never began, empty if it did."""
        loop = asyncio.get_running_loop()
        link = ConnectorLink(
            hello=self._hello,
            call_soon=loop.call_soon,
            buffer=self._buffer,
            accept=self._connector.accept,
            hear=self._connector.hear,
            over=loop.create_future(),
        )
        try:
            async with asyncio.timeout(self._timeout):
                await loop.create_connection(
                    lambda: link,
                    self._relay.host,
                    self._relay.port,
                    ssl=self._context,
                    server_hostname=self._token.server_name,
                )
            await self._watch(link)
        except ssl.SSLCertVerificationError as error:
            return f"its certificate is not from this token's authority: {error.verify_message}"
        except OSError as error:
            return str(error) or f"no answer within {self._timeout:g} seconds"
        finally:
            self._connector.lost(link)
        if link.refusal is not None and link.refusal.permanent:
            raise Refused(link.refusal.sentence)
        if link.welcomed:
            self._backoff.reset()
            return ""
        return link.refusal.sentence if link.refusal is not None else link.problem or "it closed the link"

    async def _watch(self, link: ConnectorLink) -> None:
        """Until the link is gone, see that its other end lives."""
        try:
            while not link.over.done():
                await asyncio.wait([link.over], timeout=TICK)
                link.tick()
        finally:
            link.close()
