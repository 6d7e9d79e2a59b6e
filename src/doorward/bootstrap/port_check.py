"""Is a port free, and if not, who has it: asked before the parts start, for an error one can act on."""

from __future__ import annotations

import errno
import socket

import psutil

from doorward.model.errors import Unavailable

ANY_ADDRESS = ("0.0.0.0", "::")  # noqa: S104  (compared with, not bound to)


def check_port_free(host: str, port: int, option: str) -> None:
    """Check that a server could listen on ``host``, a name or an address, and ``port`` now.

    ``option`` is the command-line option that sets another port, such as ``--https-port``.

    Raises Unavailable naming the process that has the port (where this user may know it) and the option.
    """
    try:
        addresses = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    except OSError as error:
        raise Unavailable(f"{host} is not an address of this machine: {error.strerror}") from None
    for family, kind, protocol, _, address in addresses:
        with socket.socket(family, kind, protocol) as probe:
            # As servers do: connections that end slowly don't count, a listener does.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(address)
                probe.listen(1)
            except OSError as error:
                raise Unavailable(_why(error, host, str(address[0]), port, option)) from None


def _why(error: OSError, host: str, address: str, port: int, option: str) -> str:
    if error.errno == errno.EADDRINUSE:
        return f"port {port} on {host} is taken{_holder(address, port)}; give another with {option}"
    if error.errno == errno.EACCES:
        return f"port {port} on {host} is for root only; give one above 1023 with {option}"
    return f"nothing can listen on port {port} of {host}: {error.strerror}"


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
