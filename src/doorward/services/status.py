"""Status: every part, its version, its state, and what edges have accepted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from doorward import __version__
from doorward.model.tunnel import ConnectorStatus
from doorward.ports.edges import Edges, EdgeStatus
from doorward.ports.places import GeoipDatabase, Places
from doorward.ports.relays import Relays
from doorward.services.publish import Publisher


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """``published`` is the version that edges should have accepted; ``warnings`` are sentences about
    what needs an administrator soon. ``geoip_database`` is what countries are known from."""

    version: str
    published: str
    edges: Sequence[EdgeStatus]
    relays: int
    connectors: Sequence[ConnectorStatus]
    geoip_database: GeoipDatabase | None = None
    warnings: Sequence[str] = ()

    @property
    def ready(self) -> bool:
        """Whether people can be served: an edge has the present configuration, a relay is there."""
        live = any(e.connected and e.accepted == self.published for e in self.edges)
        return bool(self.published) and live and self.relays > 0


def status(
    publisher: Publisher, edges: Edges, relays: Relays, *, places: Places, warnings: Sequence[str] = ()
) -> Status:
    """What is so at this moment."""
    database = places.database()
    problems = [database.problem] if database is not None and database.problem else []
    return Status(
        version=__version__,
        published=publisher.version,
        edges=edges.statuses(),
        relays=relays.connected(),
        connectors=relays.connectors(),
        geoip_database=database,
        warnings=[*warnings, *problems],
    )
