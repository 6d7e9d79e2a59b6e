"""A real Envoy as a child process of the test, with a static configuration.

Listeners ask for port 0 and get a free one; ``port`` says which. Nothing is written outside the
folder that the test gives.
"""

from __future__ import annotations

import os
import subprocess
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

import httpx
from envoy.config.bootstrap.v3 import bootstrap_pb2
from envoy.config.core.v3 import address_pb2
from google.protobuf import json_format
from google.protobuf.message import Message

from doorward.bootstrap.envoy_binary import find_envoy
from doorward.envoy.bootstrap import build_runtime

START_WITHIN = 20.0
STOP_WITHIN = 5.0
LOOK_EVERY = 0.02


@dataclass
class RunningEnvoy:
    """One Envoy, from ``with`` to the end of its block.

    ``static_resources`` is the ``Bootstrap.StaticResources`` to run with. ``folder`` is of the
    test's own and is Envoy's working folder, so that sockets may have relative paths there.
    """

    folder: Path
    static_resources: Message
    concurrency: int = 1
    log_level: str = "warning"
    admin: httpx.Client = field(init=False)
    _process: subprocess.Popen[bytes] = field(init=False)

    def __enter__(self) -> Self:
        self.folder.mkdir(parents=True, exist_ok=True)
        self._configuration.write_text(self._bootstrap())
        self._admin_address.unlink(missing_ok=True)
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                self._command(), cwd=self.folder, stdin=subprocess.DEVNULL, stdout=log, stderr=log
            )
        try:
            self._wait_until_ready()
        except BaseException:
            self._stop()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.admin.close()
        self._stop()

    @property
    def pid(self) -> int:
        """The process id."""
        return self._process.pid

    def port(self, listener: str) -> int:
        """The port that the listener of this name got. Raises LookupError when there is none."""
        answer = self.admin.get("/listeners", params={"format": "json"}).raise_for_status()
        for status in answer.json().get("listener_statuses", ()):
            if status["name"] == listener:
                return int(status["local_address"]["socket_address"]["port_value"])
        raise LookupError(f"Envoy has no listener {listener!r}")

    def counter(self, name: str) -> int:
        """A counter or gauge of Envoy's statistics; 0 when it has none of this name."""
        answer = self.admin.get("/stats", params={"filter": f"^{name}$", "format": "json"})
        found = [stat["value"] for stat in answer.raise_for_status().json()["stats"] if "value" in stat]
        return int(found[0]) if found else 0

    def log(self) -> str:
        """Everything Envoy has said so far."""
        return self._log.read_text(errors="replace")

    @property
    def _configuration(self) -> Path:
        return self.folder / "envoy.json"

    @property
    def _log(self) -> Path:
        return self.folder / "envoy.log"

    @property
    def _admin_address(self) -> Path:
        return self.folder / "admin.address"

    def _bootstrap(self) -> str:
        bootstrap = bootstrap_pb2.Bootstrap(
            admin=bootstrap_pb2.Admin(
                address=address_pb2.Address(
                    socket_address=address_pb2.SocketAddress(address="127.0.0.1", port_value=0)
                )
            ),
            static_resources=self.static_resources,
            layered_runtime=build_runtime(),
        )
        return json_format.MessageToJson(bootstrap, preserving_proto_field_name=True)

    def _command(self) -> list[str]:
        return [
            str(find_envoy(os.environ).path),
            *("--config-path", str(self._configuration)),
            *("--admin-address-path", str(self._admin_address)),
            *("--concurrency", str(self.concurrency)),
            *("--log-level", self.log_level),
            "--disable-hot-restart",
        ]

    def _wait_until_ready(self) -> None:
        until = time.monotonic() + START_WITHIN
        while time.monotonic() < until:
            if self._process.poll() is not None:
                raise RuntimeError(f"Envoy ended by itself:\n{self.log()[-4000:]}")
            if self._admin_address.exists() and (address := self._admin_address.read_text().strip()):
                self.admin = httpx.Client(base_url=f"http://{address}", timeout=START_WITHIN)
                if self._is_live():
                    return
                self.admin.close()
            time.sleep(LOOK_EVERY)
        raise TimeoutError(f"Envoy was not ready within {START_WITHIN:.0f} s:\n{self.log()[-4000:]}")

    def _is_live(self) -> bool:
        try:
            return self.admin.get("/ready").status_code == 200
        except httpx.TransportError:
            return False

    def _stop(self) -> None:
        self._process.terminate()
        try:
            self._process.wait(STOP_WITHIN)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait(STOP_WITHIN)
