"""A Doorward for the benchmark: its own data folder and ports, one person, two applications."""

from __future__ import annotations

import asyncio
import json
import re
import secrets
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import psutil

from bench.ports import free_port
from doorward.bootstrap.data_folder import DataFolder
from doorward.bootstrap.encryption_keys import encryption_keys
from doorward.bootstrap.system import SystemClock
from doorward.model.access import Identity
from doorward.model.ids import IdentityProviderId, SessionId
from doorward.model.session import Session
from doorward.sample.entra import seed
from doorward.sample.entra.numbered_groups import numbered_id
from doorward.stores.sql_stores import SqlStores

PERSON = "ada@example.com"
DIRECT, TUNNELLED = "direct.localhost", "tunnelled.localhost"
BULK, IDLE = "bulk.localhost", "idle.localhost"
MACHINES = "machines.localhost"
OIDC, GROUPS, DEAD = "oidc.localhost", "groups.localhost", "dead.localhost"
DOORWARD = Path(sys.executable).parent / "doorward"


@dataclass
class Machine:
    """A running Doorward. ``cookies`` are Ada's on each hostname, as a header value."""

    data: Path
    port: int
    password: str
    cookies: dict[str, str] = field(default_factory=dict)
    connector: int = 0

    def pid(self, part: str) -> int:
        """The process id of a part; ``connector`` is the one that serves the tunnel."""
        if part == "connector":
            return self.connector
        report = json.loads((self.data / "run" / "parts.json").read_text())
        return int(report.get("parts", report)[part]["pid"])

    def memory(self, part: str) -> float:
        """Resident memory of a part, in MB."""
        return float(psutil.Process(self.pid(part)).memory_info().rss) / 1e6

    def command(self, *arguments: str, stdin: str | None = None) -> str:
        """Run a ``doorward`` command against it."""
        done = subprocess.run(
            [str(DOORWARD), *arguments, "--data", str(self.data)],
            input=stdin,
            capture_output=True,
            text=True,
            check=True,
        )
        return done.stdout

    def grow(self, ports: Mapping[str, int], *, applications: int, sessions: int) -> None:
        """So many more applications, and sessions in the database."""
        asyncio.run(self._store(sessions))
        self.command("apply", "-f", "-", stdin=json.dumps(_access_file(self, ports, more=applications)))

    async def _store(self, sessions: int) -> None:
        folder = DataFolder.attach(self.data)
        keys = encryption_keys(folder, {})
        stores = await SqlStores.open(
            folder.database, encryption_key=keys.current, previous_keys=keys.previous
        )
        now = SystemClock().now()
        for number in range(sessions):
            email = f"person-{number}@example.com"
            person = Identity(identity_provider=IdentityProviderId("staff"), subject=email, email=email)
            made = Session(
                id=SessionId(f"{number:032x}"),
                identity=person,
                created=now,
                authenticated=now,
                expires=now + timedelta(hours=1),
            )
            await stores.sessions.create(made, secret_hash=f"{number:064x}")
        await stores.close()

    def curl(self, url: str, *arguments: str) -> str:
        """What curl prints for a URL of this machine, the cookies kept in the data folder."""
        jar = self.data / "cookies.txt"
        host = url.split("/")[2].split(":", maxsplit=1)[0]
        command = ["curl", "-sk", "--max-time", "60", "-b", str(jar), "-c", str(jar)]
        command += ["--resolve", f"{host}:{self.port}:127.0.0.1", "-H", "accept: text/html"]
        command += [*arguments, url]
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout

    def sign_in(self, hostname: str) -> None:
        """Sign Ada in on a hostname, step by step as a browser would."""
        location, answer = f"https://{hostname}:{self.port}/", ""
        for _ in range(8):
            answer = self.curl(location, "-i")
            head, _, body = answer.partition("\n\n")  # reading as text made line ends plain
            moved = re.search(r"(?im)^location: (\S+)", head)
            if moved is None:
                if 'name="password"' not in body:
                    break
                moved = self._submit(body)
            location = _absolute(moved.group(1), location)
        self.cookies[hostname] = _cookies(self.data / "cookies.txt", hostname)
        if "__Host-doorward-token" not in self.cookies[hostname]:
            raise RuntimeError(f"signing in on {hostname} failed: {answer[:500]}")

    def _submit(self, body: str) -> re.Match[str]:
        fields = dict(re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', body))
        fields |= {"email": PERSON, "password": self.password}
        data = [part for key, value in fields.items() for part in ("--data-urlencode", f"{key}={value}")]
        url = f"https://access.localhost:{self.port}/cdn-cgi/access/login"
        moved = re.search(r"(?im)^location: (\S+)", self.curl(url, "-i", *data))
        if moved is None:
            raise RuntimeError("the password was not taken")
        return moved


def _absolute(location: str, base: str) -> str:
    return location if location.startswith("https:") else "/".join(base.split("/")[:3]) + location


def _cookies(jar: Path, hostname: str) -> str:
    lines = [line.removeprefix("#HttpOnly_").split("\t") for line in jar.read_text().splitlines()]
    return "; ".join(f"{line[5]}={line[6]}" for line in lines if len(line) == 7 and line[0] == hostname)


@contextmanager
def running(folder: Path, ports: Mapping[str, int]) -> Iterator[Machine]:
    """A machine with Ada signed in everywhere, and a connector of its own beside it."""
    machine = Machine(folder / "data", free_port(), secrets.token_urlsafe(12))
    command = [str(DOORWARD), "serve", "--data", str(machine.data), "--https-port", str(machine.port)]
    command += ["--relay-port", str(free_port()), "--metrics-port", str(free_port()), "--json"]
    server = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    connector: subprocess.Popen[str] | None = None
    try:
        if server.stdout is None or not server.stdout.readline():
            raise RuntimeError("doorward serve did not start")
        file = json.dumps(_access_file(machine, ports))
        machine.command("apply", "-f", "-", stdin=file)
        token = folder / "tunnel.token"
        token.write_text(machine.command("tunnel", "token", "bench"))
        run = [str(DOORWARD), "tunnel", "run", "--token-file", str(token)]
        connector = subprocess.Popen(run, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        if connector.stdout is None or not connector.stdout.readline():
            raise RuntimeError("the connector did not connect")
        machine.connector = connector.pid
        for hostname in (DIRECT, TUNNELLED, BULK, IDLE):
            machine.sign_in(hostname)
        yield machine
    finally:
        for process in (connector, server):
            if process is not None:
                process.terminate()
                process.wait(20)


def _access_file(machine: Machine, ports: Mapping[str, int], *, more: int = 0) -> dict[str, Any]:
    def application(
        name: str, hostname: str, port: int, *, group: str = "engineers", by: str = "staff", **more: str
    ) -> dict[str, Any]:
        include = [{"group": group, "identity_provider": by}]
        policy = {"id": "engineers", "action": "allow", "include": include}
        url = f"http://127.0.0.1:{port}"
        common = {"id": name, "hostname": hostname, "url": url}
        return {**common, "identity_providers": [by], "policies": [policy], **more}

    issuer = f"http://127.0.0.1:{ports['entra']}"
    client = {"client_id": seed.CLIENT_ID, "client_secret": seed.CLIENT_SECRET}
    entra = {"tenant": seed.TENANT_ID, "authority_url": issuer, "graph_url": issuer}
    oidc = {"issuer": f"{issuer}/{seed.TENANT_ID}/v2.0", "require_verified_email": "false"}
    oidc |= {"groups_claim": "roles"}  # the token is too small for all groups; none are asked for
    dead = {"issuer": f"http://127.0.0.1:{ports['hanging']}", "client_id": "x", "client_secret": "y"}
    account = {"email": PERSON, "groups": ["engineers"], "password": machine.password}
    return {
        "version": 1,
        "identity_providers": [
            {"id": "staff", "type": "local", "accounts": [account]},
            {"id": "entra", "type": "entra", **entra, **client},
            {"id": "oidc", "type": "oidc", **oidc, **client},
            {"id": "dead", "type": "oidc", **dead},
        ],
        "tunnels": [{"name": "bench"}],
        "applications": [
            application("direct", DIRECT, ports["origin"]),
            application("tunnelled", TUNNELLED, ports["origin"], tunnel="bench"),
            application("bulk", BULK, ports["bulk"], tunnel="bench"),
            application("idle", IDLE, ports["idle"], tunnel="bench"),
            application("groups", GROUPS, ports["origin"], group=numbered_id(4999), by="entra"),
            {
                **application("oidc", OIDC, ports["origin"], by="oidc"),
                "policies": [{"action": "allow", "include": ["everyone"]}],
            },
            {
                **application("machines", MACHINES, ports["origin"]),
                "policies": [{"action": "service_auth", "include": ["any_service_token"]}],
            },
            application("dead", DEAD, ports["origin"], by="dead"),
            *(application(f"app-{n}", f"app-{n}.localhost", ports["origin"]) for n in range(more)),
        ],
    }
