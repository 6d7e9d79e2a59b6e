"""What a control plane process needs to know before it starts."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class ControlSettings:
    """``data`` is the data folder, which is also the working folder.

    ``public_port`` is the port in people's URLs. ``relay_public`` holds the ``host:port`` of every
    relay, as tunnel tokens name it. ``certificate`` and ``private_key`` are the administrator's own,
    for all hostnames; without them Doorward's private authority issues one.
    ``metrics_port`` is a loopback port; None: no metrics. ``trusted_proxies`` are networks in CIDR
    notation. ``geoip_database`` is the administrator's file; None: of no address is the country known.
    """

    data: Path
    team_domain: str
    https_host: str
    https_port: int
    public_port: int
    relay_public: tuple[str, ...]
    metrics_port: int | None = None
    certificate: Path | None = None
    private_key: Path | None = None
    trusted_proxies: tuple[str, ...] = ()
    geoip_database: Path | None = None
