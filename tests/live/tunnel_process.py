"""A relay or a connector as a process of its own: ``python -m tests.live.tunnel_process relay FOLDER PORT``.

The folder is a ``World``'s. It prints a line when it is ready.
"""

from __future__ import annotations

import sys
from pathlib import Path

import uvloop

from doorward.bootstrap.system import SystemClock
from doorward.connector import main as connector
from doorward.connector.settings import ConnectorSettings
from doorward.relay import main as relay
from doorward.tunnel.token import decode
from tests.fakes.tunnel_world import World


def ready() -> None:
    print("ready", flush=True)


def start(role: str, folder: Path, port: int) -> int:
    """Run the part until it is stopped."""
    if role == "relay":
        uvloop.run(relay.run(World(folder, port).settings, ready, clock=SystemClock()))
        return 0
    token = decode((folder / "token").read_text())
    return connector.execute(ConnectorSettings(token=token, grace=0.0), ready)


if __name__ == "__main__":
    sys.exit(start(sys.argv[1], Path(sys.argv[2]), int(sys.argv[3])))
