"""An OpenID provider of ``tests/live/oidc`` as a child process of the test.

``npm ci --prefix tests/live/oidc`` must have run.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).parent / "oidc"
START_WITHIN = 20.0
STOP_WITHIN = 5.0


@dataclass
class NodeProcess:
    """One process that runs ``script``. ``scratch`` is a folder of the test's own."""

    script: str
    scratch: Path
    _process: subprocess.Popen[bytes] | None = None

    def start(self, settings: Mapping[str, object]) -> str:
        """Start it, and return its issuer once it listens."""
        ready = self.scratch / "ready.json"
        ready.unlink(missing_ok=True)
        whole = json.dumps({**settings, "ready": str(ready.resolve())})
        environment = os.environ | {"DOORWARD_TEST_OPENID_PROVIDER": whole}
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                [_node(), self.script],
                cwd=FOLDER,
                env=environment,
                stdin=subprocess.PIPE,  # never written to; its end tells the child that we are gone
                stdout=log,
                stderr=log,
            )
        try:
            return self._wait_for(ready)
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """End it, if it runs."""
        process, self._process = self._process, None
        if process is None:
            return
        assert process.stdin is not None
        process.stdin.close()
        process.terminate()
        try:
            process.wait(STOP_WITHIN)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(STOP_WITHIN)

    def log(self) -> str:
        """What the process printed."""
        return self._log.read_text(errors="replace")

    @property
    def _log(self) -> Path:
        return self.scratch / "provider.log"

    def _wait_for(self, ready: Path) -> str:
        assert self._process is not None
        deadline = time.monotonic() + START_WITHIN
        while time.monotonic() < deadline:
            if ready.exists():
                issuer = json.loads(ready.read_text())["issuer"]
                assert isinstance(issuer, str)
                return issuer
            if self._process.poll() is not None:
                break
            time.sleep(0.02)
        raise AssertionError(f"the OpenID provider did not start:\n{self.log()[-4000:]}")


def _node() -> str:
    node = shutil.which("node")
    if node is None or not (FOLDER / "node_modules" / "oidc-provider").is_dir():
        raise AssertionError("run: npm ci --prefix tests/live/oidc (it needs Node 20 or newer)")
    return node
