"""What a relay and the control plane say to each other over the control plane's unix socket.

JSON lines. The relay dials, says ``RelayHello`` and then what it sees: ``Seen`` at each change and every
second. The control plane sends ``Admit`` at once and at each change, and asks: ``Cut`` and ``List``,
which the relay answers by ``number``. Unknown kinds are skipped, so that either side may be newer.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from doorward.model.errors import Invalid
from doorward.model.ids import ApplicationId, SessionId, TunnelId
from doorward.model.tunnel import ConnectorStatus, LiveStream, TunnelAdmission
from doorward.tunnel.control import origin_fields, parse_origin
from doorward.tunnel.lines import Fields, line

LONGEST_LINE: Final = 256 * 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class RelayHello:
    """A relay introduces itself. ``life`` differs at each start of its process."""

    name: str
    life: str
    version: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What a relay sees: its connectors, what is wrong with which application, its counters."""

    connectors: tuple[ConnectorStatus, ...]
    problems: Mapping[ApplicationId, str]
    metrics: Mapping[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Admit:
    """The whole list of tunnels that may connect."""

    tunnels: tuple[TunnelAdmission, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Cut:
    """End these sessions' streams, and these streams."""

    number: int
    sessions: tuple[SessionId, ...] = ()
    streams: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CutDone:
    """So many streams were ended."""

    number: int
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class List:
    """Which streams are open?"""

    number: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """These are."""

    number: int
    streams: tuple[LiveStream, ...]


Message = RelayHello | Seen | Admit | Cut | CutDone | List | Listed


def encode(message: Message) -> bytes:
    """The message as a line."""
    match message:
        case RelayHello():
            return line("hello", name=message.name, life=message.life, version=message.version)
        case Seen():
            return line(
                "seen",
                connectors=[_status_fields(status) for status in message.connectors],
                problems=dict(message.problems),
                metrics=dict(message.metrics),
            )
        case Admit():
            return line("admit", tunnels=[_admission_fields(tunnel) for tunnel in message.tunnels])
        case Cut():
            return line(
                "cut", number=message.number, sessions=list(message.sessions), streams=list(message.streams)
            )
        case CutDone():
            return line("cut_done", number=message.number, count=message.count)
        case List():
            return line("list", number=message.number)
        case Listed():
            streams = [_stream_fields(stream) for stream in message.streams]
            return line("listed", number=message.number, streams=streams)


def decode(data: bytes) -> Message | None:
    """The message in a line; None for a kind that this version does not know.

    Raises:
        Invalid: not a message; names the field.
    """
    fields = Fields.parse(data)
    match fields.text("type"):
        case "hello":
            return RelayHello(
                name=fields.text("name"), life=fields.text("life"), version=fields.text("version")
            )
        case "seen":
            return _seen(fields)
        case "admit":
            return Admit(tunnels=tuple(_admission(each) for each in fields.inners("tunnels")))
        case "cut":
            return Cut(
                number=fields.number("number"),
                sessions=tuple(SessionId(session) for session in fields.texts("sessions")),
                streams=tuple(fields.texts("streams")),
            )
        case "cut_done":
            return CutDone(number=fields.number("number"), count=fields.number("count"))
        case "list":
            return List(number=fields.number("number"))
        case "listed":
            streams = tuple(_stream(each) for each in fields.inners("streams"))
            return Listed(number=fields.number("number"), streams=streams)
        case _:
            return None


def _seen(fields: Fields) -> Seen:
    problems, metrics = fields.inner("problems"), fields.inner("metrics")
    return Seen(
        connectors=tuple(_status(each) for each in fields.inners("connectors")),
        problems={ApplicationId(key): problems.text(key) for key in problems},
        metrics={key: metrics.number(key) for key in metrics},
    )


def _admission_fields(tunnel: TunnelAdmission) -> dict[str, object]:
    services = {str(key): origin_fields(origin) for key, origin in tunnel.services.items()}
    return {"id": tunnel.id, "name": tunnel.name, "secret_hash": tunnel.secret_hash, "services": services}


def _admission(fields: Fields) -> TunnelAdmission:
    services = fields.inner("services")
    return TunnelAdmission(
        id=TunnelId(fields.text("id")),
        name=fields.text("name"),
        secret_hash=fields.text("secret_hash"),
        services={ApplicationId(key): parse_origin(services.inner(key)) for key in services},
    )


def _status_fields(status: ConnectorStatus) -> dict[str, object]:
    return {
        "id": status.id,
        "tunnel": status.tunnel,
        "version": status.version,
        "source": status.source,
        "links": status.links,
        "streams": status.streams,
        "since": status.since.isoformat(),
    }


def _status(fields: Fields) -> ConnectorStatus:
    return ConnectorStatus(
        id=fields.text("id"),
        tunnel=TunnelId(fields.text("tunnel")),
        version=fields.text("version"),
        source=fields.text("source"),
        links=fields.number("links"),
        streams=fields.number("streams"),
        since=_instant(fields, "since"),
    )


def _stream_fields(stream: LiveStream) -> dict[str, object]:
    return {
        "id": stream.id,
        "tunnel": stream.tunnel,
        "application": stream.application,
        "session": stream.session,
        "source": stream.source,
        "method": stream.method,
        "path": stream.path,
        "certificate": stream.certificate,
        "opened": stream.opened.isoformat(),
    }


def _stream(fields: Fields) -> LiveStream:
    return LiveStream(
        id=fields.text("id"),
        tunnel=TunnelId(fields.text("tunnel")),
        application=ApplicationId(fields.text("application")),
        session=SessionId(fields.text("session")),
        source=fields.text("source"),
        method=fields.text("method"),
        path=fields.text("path"),
        certificate=fields.text("certificate"),
        opened=_instant(fields, "opened"),
    )


def _instant(fields: Fields, key: str) -> datetime:
    try:
        return datetime.fromisoformat(fields.text(key))
    except ValueError as error:
        raise Invalid(key, "is not an instant in ISO 8601") from error
