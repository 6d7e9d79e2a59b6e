"""What a relay counts."""

from __future__ import annotations

from dataclasses import asdict, dataclass


@dataclass(slots=True)
class Metrics:
    """Counters since the process began; each only grows.

    ``bytes_*`` count what crossed links, framing included, before encryption: ``received`` came from
    connectors. ``streams_refused`` are those that a connector refused, ``streams_unserved`` those for
    which there was no connector or no such service, ``headers_invalid`` connections from the edge
    without a proper header, ``greetings_failed`` connections that never showed a proper hello.
    """

    links_registered: int = 0
    links_refused: int = 0
    links_lost: int = 0
    greetings_failed: int = 0
    greetings_turned_away: int = 0
    streams_opened: int = 0
    streams_refused: int = 0
    streams_unserved: int = 0
    streams_cut: int = 0
    headers_invalid: int = 0
    bytes_received: int = 0
    bytes_sent: int = 0

    def counters(self) -> dict[str, int]:
        """Each counter by name."""
        return asdict(self)
