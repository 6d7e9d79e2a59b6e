"""An origin, as a process, that trusts nobody in front of it: see ``verifying_app``."""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

START_WITHIN = 20.0


@contextlib.contextmanager
def verifying_origin(*, port: int, team_url: str, audience: str, authority: Path) -> Iterator[str]:
    """The origin as a process; yields its URL. ``/cc-auth``, ``/allowedflare`` and ``/guide`` say who is
    asking, or answer 401."""
    environment = os.environ | {
        "SSL_CERT_FILE": str(authority),
        "CF_TEAM_DOMAIN": urlsplit(team_url).netloc,
        "TEAM_DOMAIN": urlsplit(team_url).netloc,
        "AUDIENCE": audience,
        "ALLOWEDFLARE_ACCESS_URL": team_url,
        "ALLOWEDFLARE_AUDIENCE": audience,
        "ALLOWEDFLARE_EMAIL_REGEX": "off",
    }
    root = Path(__file__).parents[2]
    command = [sys.executable, "-m", "tests.live.verifying_app", str(port)]
    with subprocess.Popen(command, cwd=root, env=environment, stdin=subprocess.DEVNULL) as process:
        try:
            _wait_for(port, process)
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()
            process.wait(10)


def _wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + START_WITHIN
    while time.monotonic() < until and process.poll() is None:
        with contextlib.suppress(ConnectionRefusedError), socket.create_connection(("127.0.0.1", port), 1):
            return
        time.sleep(0.05)
    raise AssertionError("the verifying origin did not start")
