"""What comes in and goes out of the API, as typed bodies."""

from __future__ import annotations

from datetime import datetime

from pydantic import BaseModel, ConfigDict, Field

from doorward.model.application import Application
from doorward.model.session import Session
from doorward.model.tunnel import ConnectorStatus
from doorward.ports.edges import EdgeStatus
from doorward.ports.places import GeoipDatabase
from doorward.services.configuration import Outcome
from doorward.services.status import Status
from doorward.services.tunnels import TunnelReport


class Body(BaseModel):
    """A body: unknown fields are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class ApplyRequest(Body):
    """A declarative file, with the texts of the files and variables that it names."""

    name: str
    text: str = Field(repr=False)
    files: dict[str, str] = Field(default_factory=dict, repr=False)
    environment: dict[str, str] = Field(default_factory=dict, repr=False)
    dry_run: bool = False
    based_on: int | None = None


class TunnelRequest(Body):
    """A tunnel to create."""

    name: str


class TokenRequest(Body):
    """Whether to make a new token and revoke those given out."""

    rotate: bool = False


class PublicationRequest(Body):
    """A local server to publish."""

    hostname: str
    url: str
    allow: list[str] = []


class RevokeRequest(Body):
    """Exactly one of both."""

    id: str | None = None
    email: str | None = None


def outcome_body(outcome: Outcome) -> dict[str, object]:
    """What a change did; of a dry run also ``before`` and ``after``, both configurations."""
    body: dict[str, object] = {
        "changes": [str(change) for change in outcome.changes],
        "version": outcome.version,
        "live": outcome.live,
        "refusal": outcome.refusal,
    }
    if outcome.before is not None and outcome.after is not None:
        body |= {"before": dict(outcome.before), "after": dict(outcome.after)}
    return body


def session_body(session: Session) -> dict[str, object]:
    """A session as it is listed."""
    return {
        "id": session.id,
        "email": session.identity.email,
        "identity_provider": session.identity.identity_provider,
        "created": _instant(session.created),
        "expires": _instant(session.expires),
        "source": session.source,
        "user_agent": session.user_agent,
    }


def tunnel_body(report: TunnelReport) -> dict[str, object]:
    """A tunnel with its state."""
    return {
        "id": report.tunnel.id,
        "name": report.tunnel.name,
        "state": report.state,
        "connectors": [connector_body(connector) for connector in report.connectors],
        "applications": [application_body(application) for application in report.applications],
    }


def application_body(application: Application) -> dict[str, object]:
    """An application in short."""
    return {
        "id": application.id,
        "type": application.type.value,
        "destinations": [str(place) for place in application.destinations],
        "url": application.origin.url,
        "audience": application.audience,
    }


def connector_body(connector: ConnectorStatus) -> dict[str, object]:
    """A connector as its relay sees it."""
    return {
        "id": connector.id,
        "tunnel": connector.tunnel,
        "version": connector.version,
        "source": connector.source,
        "links": connector.links,
        "streams": connector.streams,
        "since": _instant(connector.since),
    }


def edge_body(edge: EdgeStatus) -> dict[str, object]:
    """An edge as the control plane knows it."""
    return {
        "id": edge.id,
        "version": edge.version,
        "connected": edge.connected,
        "since": _instant(edge.since),
        "accepted": edge.accepted,
        "refusal": edge.refusal,
    }


def _database_body(database: GeoipDatabase | None) -> dict[str, object] | None:
    if database is None:
        return None
    return {"kind": database.kind, "built": database.built.isoformat(), "problem": database.problem}


def status_body(status: Status) -> dict[str, object]:
    """Everything."""
    return {
        "version": status.version,
        "ready": status.ready,
        "published": status.published,
        "geoip_database": _database_body(status.geoip_database),
        "edges": [edge_body(edge) for edge in status.edges],
        "relays": status.relays,
        "connectors": [connector_body(connector) for connector in status.connectors],
        "warnings": list(status.warnings),
    }


def _instant(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds")
