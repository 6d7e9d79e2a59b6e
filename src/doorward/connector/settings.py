"""What a connector needs to know before it starts."""

from __future__ import annotations

from dataclasses import dataclass

from doorward.tunnel.token import TunnelToken


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectorSettings:
    """``links`` is how many connections it keeps to each relay.

    ``allow_targets`` narrows what it dials: ``host:port``, or a network with or without a port
    (``10.0.0.0/8``, ``10.0.0.0/8:443``). Empty means whatever its configuration names.
    ``metrics_port`` serves ``/metrics`` and ``/ready`` on 127.0.0.1; None: nowhere.
    ``grace`` is how many seconds running streams get at the end.
    """

    token: TunnelToken
    links: int = 4
    allow_targets: tuple[str, ...] = ()
    metrics_port: int | None = None
    grace: float = 30.0
    dial_timeout: float = 10.0
