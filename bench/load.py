"""Load: wrk for requests, curl for bulk."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from bench.machine import BULK, Machine

UNITS = {"us": 1e-3, "ms": 1.0, "s": 1e3}


@dataclass(frozen=True, slots=True)
class Result:
    """Requests a second, latencies in milliseconds, and how many answers were not 2xx or failed."""

    rate: float
    p50: float
    p99: float
    errors: int


def requests(
    port: int,
    hostname: str,
    cookies: str,
    *,
    connections: int,
    seconds: int,
    tls: bool = True,
    headers: Mapping[str, str] = MappingProxyType({}),
) -> Result:
    """Small requests over kept-alive connections."""
    scheme = "https" if tls else "http"
    command = ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--timeout", "10s", "--latency"]
    sent = {"Host": f"{hostname}:{port}", **({"Cookie": cookies} if cookies else {}), **headers}
    for name, value in sent.items():
        command += ["-H", f"{name}: {value}"]
    printed = subprocess.run(
        [*command, f"{scheme}://127.0.0.1:{port}/"], capture_output=True, text=True, check=True
    ).stdout
    return read(printed)


def read(printed: str) -> Result:
    """What wrk printed."""
    rate = float(_found(r"Requests/sec:\s+([\d.]+)", printed)[0])
    errors = sum(int(n) for n in re.findall(r"Non-2xx or 3xx responses: (\d+)", printed))
    for numbers in re.findall(r"Socket errors: (.*)", printed):
        errors += sum(int(n) for n in re.findall(r"\d+", numbers))
    return Result(rate, _latency(printed, "50"), _latency(printed, "99"), errors)


def _latency(printed: str, percent: str) -> float:
    value, unit = _found(rf"{percent}%\s+([\d.]+)(us|ms|s)", printed)
    return float(value) * UNITS[unit]


def _found(pattern: str, text: str) -> tuple[str, ...]:
    match = re.search(pattern, text)
    if match is None:
        raise RuntimeError(f"wrk printed something else: {text}")
    return match.groups()


def bulk_command(machine: Machine, *arguments: str, path: str) -> list[str]:
    """A curl that moves bulk through the tunnel and prints its speed in bytes a second."""
    command = [
        "curl",
        "-sk",
        "--http1.1",
        "-o",
        "/dev/null",
        "-w",
        "%{speed_download} %{speed_upload} %{http_code}",
    ]
    command += ["--resolve", f"{BULK}:{machine.port}:127.0.0.1", "-H", f"Cookie: {machine.cookies[BULK]}"]
    return [*command, *arguments, f"https://{BULK}:{machine.port}/{path}"]


def bulk(machine: Machine, *arguments: str, path: str) -> tuple[float, float]:
    """Speed down and up, in MB/s."""
    printed = subprocess.run(
        bulk_command(machine, *arguments, path=path), capture_output=True, text=True, check=True
    ).stdout.split()
    if printed[2] != "200":
        raise RuntimeError(f"bulk was answered with {printed[2]}")
    return float(printed[0]) / 1e6, float(printed[1]) / 1e6
