"""Are ports free, and if not, who has them: asked before the parts start, for an error one can act on."""

from __future__ import annotations

import errno
import socket
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass

import psutil

from doorward.model.errors import Unavailable

ANY_ADDRESS = ("0.0.0.0", "::")  # noqa: S104  (compared with, not bound to)


@dataclass(frozen=True, slots=True)
class WantedPort:
    """Where something is going to listen. ``host`` is a name or an address; ``option`` is the command-line
    option that gives another port, such as ``--https-port``."""

    host: str
    port: int
    option: str


def check_ports_free(wanted: Sequence[WantedPort]) -> None:
    """Check that servers could listen on all of these now, at the same time.

    Raises Unavailable for the first that cannot be had, naming its option and what has the port: another
    of ``wanted``, or a process (where this user may know it).
    """
    with ExitStack() as probes:
        for number, one in enumerate(wanted):
            try:
                addresses = socket.getaddrinfo(
                    one.host, one.port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
                )
            except OSError as error:
                raise Unavailable(f"{one.host} is not an address of this machine: {error.strerror}") from None
            for family, kind, protocol, _, address in addresses:
                probe = probes.enter_context(socket.socket(family, kind, protocol))
                # As servers do: connections that end slowly don't count, a listener does.
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                try:
                    probe.bind(address)
                    probe.listen(1)
                except OSError as error:
                    raise Unavailable(_why(error, one, str(address[0]), wanted[:number])) from None


def _why(error: OSError, wanted: WantedPort, address: str, before: Sequence[WantedPort]) -> str:
    port, option = wanted.port, wanted.option
    if error.errno == errno.EADDRINUSE:
        for other in before:
            if other.port == port:
                return f"{other.option} and {option} are both {port}; give one of them another port"
        return f"port {port} on {wanted.host} is taken{_holder(address, port)}; give another with {option}"
    if error.errno == errno.EACCES:
        return f"port {port} on {wanted.host} is for root only; give one above 1023 with {option}"
    return f"nothing can listen on port {port} of {wanted.host}: {error.strerror}"


def _holder(address: str, port: int) -> str:
    """``" by process 1234 (nginx)"``, or nothing where it cannot be known."""
    try:
        for connection in psutil.net_connections("tcp"):
            if not connection.pid or connection.status != psutil.CONN_LISTEN or not connection.laddr:
                continue
            if connection.laddr.port == port and _overlap(connection.laddr.ip, address):
                return f" by process {connection.pid} ({psutil.Process(connection.pid).name()})"
    except (psutil.Error, OSError):
        pass
    return ""


def _overlap(one: str, other: str) -> bool:
    """Whether a listener on one address keeps another from the same port of the other."""
    return one == other or one in ANY_ADDRESS or other in ANY_ADDRESS
