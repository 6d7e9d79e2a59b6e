"""The registered links, by tunnel: which one carries the next stream, and who is connected."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from doorward.model.ids import ApplicationId, TunnelId
from doorward.model.tunnel import ConnectorStatus
from doorward.relay.link import RelayLink


class Connectors:
    """All registered links of one relay."""

    def __init__(self) -> None:
        self._links: dict[TunnelId, list[RelayLink]] = {}

    def __iter__(self) -> Iterator[RelayLink]:
        for links in list(self._links.values()):
            yield from list(links)

    def add(self, link: RelayLink) -> None:
        """Register an admitted link."""
        self._links.setdefault(link.tunnel, []).append(link)

    def remove(self, link: RelayLink) -> bool:
        """Forget a link; return whether it was registered."""
        links = self._links.get(link.tunnel, [])
        if link not in links:
            return False
        links.remove(link)
        if not links:
            del self._links[link.tunnel]
        return True

    def serves(self, tunnel: TunnelId) -> bool:
        """Whether any link of the tunnel is registered."""
        return tunnel in self._links

    def of(self, tunnel: TunnelId) -> Sequence[RelayLink]:
        """The tunnel's links."""
        return tuple(self._links.get(tunnel, ()))

    def pick(self, tunnel: TunnelId, service: ApplicationId) -> RelayLink | None:
        """The link that carries the next stream: the one with the fewest.

        Connectors that lately could not reach the service are taken only when no other is left.
        """
        links = [link for link in self._links.get(tunnel, ()) if link.may_carry]
        healthy = [link for link in links if service not in link.problems]
        return min(healthy or links, key=_load, default=None)

    def statuses(self) -> list[ConnectorStatus]:
        """Every connector, its links counted together."""
        gathered: dict[tuple[TunnelId, str], list[RelayLink]] = {}
        for link in self:
            gathered.setdefault((link.tunnel, link.connector), []).append(link)
        return [_status(links) for _, links in sorted(gathered.items())]


def _load(link: RelayLink) -> int:
    return len(link.multiplexer.streams)


def _status(links: Sequence[RelayLink]) -> ConnectorStatus:
    first = links[0]
    return ConnectorStatus(
        id=first.connector,
        tunnel=first.tunnel,
        version=first.version,
        source=first.source,
        links=len(links),
        streams=sum(link.stream_count - 1 for link in links),
        since=min(link.since for link in links if link.since is not None),
    )
