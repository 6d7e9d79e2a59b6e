"""Dialling origins: from a configured URL to an open connection, or a refusal that says why not."""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import Callable
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Final
from urllib.parse import urlsplit

from doorward.connector.targets import Address, Target, is_forbidden
from doorward.model.application import Origin
from doorward.model.errors import Invalid
from doorward.tunnel.opening import Refusal, Refused

NAME_LIFE: Final = 5.0
"""Seconds for which a resolved name is used again."""
_DEFAULT_PORTS: Final = {"http": 80, "https": 443}


class Unopened(Exception):
    """The origin could not be reached; ``refused`` goes to the relay."""

    def __init__(self, reason: Refusal, sentence: str) -> None:
        super().__init__(sentence)
        self.refused = Refused(reason, sentence)


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where an origin's URL points to."""

    is_tls: bool
    host: str
    port: int

    def __str__(self) -> str:
        return f"{self.host} port {self.port}"


def endpoint(url: str) -> Endpoint:
    """Read an origin's URL. Raises Invalid when it is not ``http://host:port`` or ``https://host:port``."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise Invalid("url", f"{url!r} is not a URL: {error}") from error
    if parts.scheme not in _DEFAULT_PORTS or not parts.hostname:
        raise Invalid("url", f"{url!r} is not http://host:port or https://host:port")
    return Endpoint(parts.scheme == "https", parts.hostname, port or _DEFAULT_PORTS[parts.scheme])


class Origins:
    """``targets`` narrows what may be dialled; empty means anything that is not forbidden to all."""

    def __init__(self, targets: tuple[Target, ...], *, timeout: float) -> None:
        self._targets = targets
        self._timeout = timeout
        self._contexts: dict[tuple[str, bool], ssl.SSLContext] = {}
        self._names: dict[tuple[str, int], tuple[float, list[Address]]] = {}

    async def dial(self, origin: Origin, protocol: Callable[[], asyncio.BaseProtocol]) -> None:
        """Connect to an origin. Its protocol's ``connection_made`` is called when that is done.

        Raises:
            Unopened: it could not be done, and why.
        """
        try:
            where = endpoint(origin.url)
        except Invalid as problem:
            raise Unopened(Refusal.TARGET_NOT_ALLOWED, str(problem)) from problem
        try:
            async with asyncio.timeout(self._timeout):
                await self._connect(origin, where, protocol)
        except TimeoutError as error:
            raise Unopened(
                Refusal.TIMEOUT, f"{where} did not answer within {self._timeout:g} seconds"
            ) from error

    async def _connect(
        self, origin: Origin, where: Endpoint, protocol: Callable[[], asyncio.BaseProtocol]
    ) -> None:
        loop = asyncio.get_running_loop()
        context = self._context(origin) if where.is_tls else None
        name = (origin.server_name or where.host) if where.is_tls else None
        failure: OSError | None = None
        for address in await self._addresses(where):
            try:
                await loop.create_connection(
                    protocol, str(address), where.port, ssl=context, server_hostname=name
                )
            except TimeoutError:
                raise
            except OSError as error:
                failure = error
            else:
                return
        raise _explained(where, failure) from failure

    async def _addresses(self, where: Endpoint) -> list[Address]:
        """The addresses of a host that may be dialled, in the resolver's order."""
        found = await self._resolve(where)
        allowed = [address for address in found if self._may_dial(where, address)]
        if not allowed:
            raise Unopened(Refusal.TARGET_NOT_ALLOWED, f"this connector may not dial {where} ({found[0]})")
        return allowed

    def _may_dial(self, where: Endpoint, address: Address) -> bool:
        if is_forbidden(address):
            return False
        return not self._targets or any(t.admits(where.host, where.port, address) for t in self._targets)

    async def _resolve(self, where: Endpoint) -> list[Address]:
        loop = asyncio.get_running_loop()
        key = (where.host, where.port)
        kept = self._names.get(key)
        if kept is not None and kept[0] > loop.time():
            return kept[1]
        try:
            rows = await loop.getaddrinfo(where.host, where.port, type=socket.SOCK_STREAM)
        except (socket.gaierror, UnicodeError) as error:
            raise Unopened(Refusal.NAME_NOT_FOUND, f"there is no address for {where.host}") from error
        addresses = [ip_address(str(row[4][0]).partition("%")[0]) for row in rows]
        self._names[key] = (loop.time() + NAME_LIFE, addresses)
        return addresses

    def _context(self, origin: Origin) -> ssl.SSLContext:
        key = (origin.ca, origin.verify)
        context = self._contexts.get(key)
        if context is None:
            try:
                context = ssl.create_default_context(cadata=origin.ca or None)
            except (ssl.SSLError, ValueError) as error:
                raise Unopened(Refusal.TLS_FAILED, f"the configured CA cannot be used: {error}") from error
            context.set_alpn_protocols(["http/1.1"])
            if not origin.verify:
                context.check_hostname = False
                context.verify_mode = ssl.CERT_NONE
            self._contexts[key] = context
        return context


def _explained(where: Endpoint, error: OSError | None) -> Unopened:
    if isinstance(error, ssl.SSLCertVerificationError):
        return Unopened(
            Refusal.TLS_FAILED, f"the certificate of {where} is not trusted: {error.verify_message}"
        )
    if isinstance(error, ssl.SSLError):
        return Unopened(Refusal.TLS_FAILED, f"TLS with {where} failed: {error.reason}")
    if isinstance(error, ConnectionRefusedError):
        return Unopened(Refusal.CONNECTION_REFUSED, f"nothing listens on {where}")
    return Unopened(Refusal.UNREACHABLE, f"{where} cannot be reached: {error}")
