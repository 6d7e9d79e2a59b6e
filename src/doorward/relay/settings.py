"""What a relay process needs to know before it starts."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class RelaySettings:
    """``front_folder`` holds one unix socket a tunnel, for the edge; ``control_socket`` is the control
    plane's. Both paths are used as given: a relative path stays short, and unix(7) allows 107 bytes.

    ``share_port`` lets several relay processes listen on the same port, each with a front folder of its
    own. ``most_greetings`` and ``most_greetings_per_source`` bound connections that have not yet shown
    a secret. ``report_interval`` is how often counters go to the control plane when nothing changes.
    Durations are seconds.
    """

    listen_host: str
    listen_port: int
    certificate: Path
    private_key: Path
    front_folder: Path
    control_socket: Path
    name: str = "relay"
    share_port: bool = False
    greeting_timeout: float = 10.0
    header_timeout: float = 5.0
    refusal_delay: float = 0.2
    report_interval: float = 1.0
    most_greetings: int = 512
    most_greetings_per_source: int = 64
