"""Kinds of values that settings have. Each says what is allowed when it is given something else.

Values arrive as text from the command line and the environment, and as YAML's own types from a file.
"""

from __future__ import annotations

import re
from ipaddress import ip_address, ip_network
from typing import Annotated

from pydantic import BeforeValidator

from doorward.model.errors import Invalid
from doorward.policy.networks import canonical_network

LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
HOSTNAME = re.compile(rf"{LABEL}(?:\.{LABEL})*")
DIGITS = re.compile(r"[0-9]{1,9}")
MOST_PORT = 65_535
MOST_COUNT = 256
LONGEST_SHOWN = 100


def _shown(value: object) -> str:
    return repr(value)[:LONGEST_SHOWN]


def _whole_number(value: object, most: int, allowed: str) -> int:
    # YAML reads "yes" as true, which Python takes for the number 1.
    if isinstance(value, int) and not isinstance(value, bool):
        number = value
    elif isinstance(value, str) and DIGITS.fullmatch(value.strip()):
        number = int(value)
    else:
        raise ValueError(f"{_shown(value)} is not {allowed}")
    if not 1 <= number <= most:
        raise ValueError(f"{number} is not {allowed}")
    return number


def _port(value: object) -> int:
    return _whole_number(value, MOST_PORT, f"a port: use a number from 1 to {MOST_PORT}")


def _port_or_none(value: object) -> int | None:
    if value is None or (isinstance(value, str) and value.strip().lower() == "none"):
        return None
    return _whole_number(value, MOST_PORT, f"a port: use a number from 1 to {MOST_PORT}, or none")


def _count(value: object) -> int:
    return _whole_number(value, MOST_COUNT, f"a count: use a number from 1 to {MOST_COUNT}")


def _is_hostname(name: str) -> bool:
    # A last label of digits alone would be an address (RFC 1123, section 2.1).
    last = name.rpartition(".")[2]
    return len(name) <= 253 and HOSTNAME.fullmatch(name) is not None and not last.isdigit()


def _hostname(value: object) -> str:
    name = value.lower().removesuffix(".") if isinstance(value, str) else ""
    if not _is_hostname(name):
        raise ValueError(
            f"{_shown(value)} is not a hostname: use letters, digits, hyphens and dots, such as example.com"
        )
    return name


def _address(value: object) -> str:
    if value == "localhost":
        return "localhost"
    try:
        if isinstance(value, str):
            return str(ip_address(value))
    except ValueError:
        pass
    raise ValueError(
        f"{_shown(value)} is not an IP address of this machine: use one, such as 127.0.0.1, or localhost; "
        "0.0.0.0 means all of them"
    )


def _endpoint(value: object) -> str:
    """``host:port``, with brackets around an IPv6 address; empty stays empty."""
    if value == "":
        return ""
    host, colon, port = value.strip().lower().rpartition(":") if isinstance(value, str) else ("", "", "")
    try:
        if not colon or not _is_endpoint_host(host):
            raise ValueError
        return f"{host}:{_port(port)}"
    except ValueError:
        raise ValueError(
            f"{_shown(value)} is not host:port: use a hostname or an address, and a port from 1 to "
            f"{MOST_PORT}, such as relay.example.com:7844 or [2001:db8::1]:7844"
        ) from None


def _is_endpoint_host(host: str) -> bool:
    if _is_hostname(host):
        return True
    bare = host[1:-1] if host.startswith("[") and host.endswith("]") else host
    try:
        return (ip_address(bare).version == 6) == (bare != host)
    except ValueError:
        return False


def _networks(value: object) -> tuple[str, ...]:
    """Several in one text are separated by commas or blanks."""
    items = value.replace(",", " ").split() if isinstance(value, str) else value
    if not isinstance(items, list | tuple) or not all(isinstance(item, str) for item in items):
        raise ValueError(f"{_shown(value)} is not a list of networks: use {_NETWORKS}")
    return tuple(dict.fromkeys(_network(item) for item in items))


_NETWORKS = "networks such as 192.0.2.10 or 192.0.2.0/28, separated by commas"


def _network(item: str) -> str:
    try:
        network = canonical_network(item, "")
    except Invalid as invalid:
        raise ValueError(str(invalid)[: 2 * LONGEST_SHOWN]) from None
    if ip_network(network).prefixlen == 0:
        raise ValueError(f"{_shown(item)} is everybody, who could then name any address: use {_NETWORKS}")
    return network


Port = Annotated[int, BeforeValidator(_port)]
PortOrNone = Annotated[int | None, BeforeValidator(_port_or_none)]
Count = Annotated[int, BeforeValidator(_count)]
Hostname = Annotated[str, BeforeValidator(_hostname)]
Address = Annotated[str, BeforeValidator(_address)]
Endpoint = Annotated[str, BeforeValidator(_endpoint)]
Networks = Annotated[tuple[str, ...], BeforeValidator(_networks)]
