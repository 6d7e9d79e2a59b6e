"""What connector and relay say to each other on a link's first stream, as JSON lines.

Connector: ``Hello`` first, then ``Health`` and ``Drain``. Relay: ``Welcome`` or ``Refuse``, then
``Configure`` at each change, ``Drained`` in answer to ``Drain``, and ``Refuse`` when the tunnel is gone.
Messages of a kind that this version does not know are skipped, so that either side may be newer.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from doorward.model.application import Origin
from doorward.tunnel.lines import Fields, line

PROTOCOL: Final = "doorward/1"
"""The ALPN name of this protocol."""
LONGEST_HELLO: Final = 8 * 1024
"""Bytes of a line that a peer may send before it has shown its secret."""
LONGEST_LINE: Final = 16 * 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Hello:
    """The connector names its tunnel and shows the secret. ``connector`` is the same on all its links."""

    tunnel: str
    secret: str = field(repr=False)
    connector: str
    version: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Welcome:
    """The link is registered; streams may come at once."""

    relay: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Refuse:
    """The link is not, or no longer, registered. ``permanent``: trying again cannot help."""

    sentence: str
    permanent: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Configure:
    """The services that the connector may be asked for, and where each lives. Replaces the last list."""

    services: Mapping[str, Origin]


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """What is wrong with which service, as a sentence; services that work are not named."""

    problems: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Drain:
    """The connector is about to stop: open no more streams here."""


@dataclass(frozen=True, slots=True)
class Drained:
    """No stream will be opened after this."""


Message = Hello | Welcome | Refuse | Configure | Health | Drain | Drained


def encode(message: Message) -> bytes:
    """The message as a line."""
    match message:
        case Hello():
            return line(
                "hello",
                tunnel=message.tunnel,
                secret=message.secret,
                connector=message.connector,
                version=message.version,
            )
        case Welcome():
            return line("welcome", relay=message.relay)
        case Refuse():
            return line("refuse", sentence=message.sentence, permanent=message.permanent)
        case Configure():
            services = {key: origin_fields(origin) for key, origin in message.services.items()}
            return line("configure", services=services)
        case Health():
            return line("health", problems=dict(message.problems))
        case Drain():
            return line("drain")
        case Drained():
            return line("drained")


def decode(data: bytes) -> Message | None:
    """The message in a line; None for a kind that this version does not know.

    Raises:
        Invalid: not a message; names the field.
    """
    fields = Fields.parse(data)
    match fields.text("type"):
        case "hello":
            return Hello(
                tunnel=fields.text("tunnel", longest=63),
                secret=fields.text("secret", longest=256),
                connector=fields.words("connector", longest=64),
                version=fields.words("version", longest=64),
            )
        case "welcome":
            return Welcome(relay=fields.words("relay", longest=64))
        case "refuse":
            return Refuse(sentence=fields.words("sentence"), permanent=fields.flag("permanent"))
        case "configure":
            services = fields.inner("services")
            return Configure(services={key: parse_origin(services.inner(key)) for key in services})
        case "health":
            problems = fields.inner("problems")
            return Health(problems={key: problems.words(key) for key in problems})
        case "drain":
            return Drain()
        case "drained":
            return Drained()
        case _:
            return None


def origin_fields(origin: Origin) -> dict[str, object]:
    """What a connector must know of an origin."""
    return {
        "url": origin.url,
        "ca": origin.ca,
        "server_name": origin.server_name,
        "verify": origin.verify,
    }


def parse_origin(fields: Fields) -> Origin:
    """The reverse of ``origin_fields``. Raises Invalid."""
    return Origin(
        url=fields.text("url", longest=2048),
        ca=fields.text("ca", longest=1024 * 1024),
        server_name=fields.text("server_name", longest=255),
        verify=fields.flag("verify"),
    )
