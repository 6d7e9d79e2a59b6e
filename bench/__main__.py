"""``python -m bench``: measures and prints the table. ``--quick`` measures for a shorter time."""

from __future__ import annotations

import argparse
import asyncio
import os
import platform
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from statistics import median

from bench import envoys, load, machine, service_tokens, sign_ins, sockets
from bench.audit_log import measure_audit_log
from bench.ports import free_port, wait_for_port
from bench.scale import MANY, SESSIONS, Bare, measure_scale
from bench.table import row, say
from doorward.bootstrap.envoy_binary import find_envoy

IDLE = 5000
GIGABYTE = 1 << 30
ROUNDS = 12
"""Short and many: the kernel deals connections out to Envoy's threads anew in each, and an uneven deal
costs a fifth of the rate."""
DOWNLOADS = 3


def main() -> None:
    """Measure, one thing after the other."""
    parser = argparse.ArgumentParser(prog="bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="shorter, less steady")
    quick = parser.parse_args().quick
    seconds = 1 if quick else 2
    say(
        f"{datetime.now(UTC):%Y-%m-%d}, {os.cpu_count()} cores, {platform.machine()}, "
        f"Python {platform.python_version()}; load generator and origin on the same cores"
    )
    with tempfile.TemporaryDirectory(prefix="doorward-bench-") as name, ExitStack() as stack:
        folder = Path(name)
        binary = find_envoy(os.environ).path
        names = ("origin", "bulk", "idle", "bare", "entra", "hanging")
        ports = {key: free_port() for key in names}
        stack.enter_context(
            envoys.running(binary, folder, "origin", envoys.origin(ports["origin"]), ports["origin"])
        )
        stack.callback(_stop, _bulk_origin(folder, ports["bulk"]))
        found = stack.enter_context(machine.running(folder, ports))
        tls = found.data / "keys" / "edge.pem"
        config = envoys.bare_proxy(ports["bare"], ports["origin"], tls=tls)
        stack.enter_context(envoys.running(binary, folder, "bare", config, ports["bare"]))
        measure_requests(found, ports, seconds)
        measure_service_tokens(found, seconds)
        measure_bulk(found, 2 * seconds)
        asyncio.run(measure_sockets(found, ports["idle"]))
        measure_sign_ins(found, 2 * seconds)
        callback = f"https://access.localhost:{found.port}/cdn-cgi/access/callback"
        provider = stack.enter_context(sign_ins.entra(ports["entra"], callback))
        stack.enter_context(sign_ins.hanging(ports["hanging"]))
        measure_providers(found, provider, 5 * seconds)
        rounds = 3 if quick else 8
        measure_scale(folder, Bare(ports["bare"], ports["origin"], seconds, rounds))
        measure_memory(found)
        measure_audit_log(folder, row)
        measure_much(found, ports)


def measure_requests(found: machine.Machine, ports: dict[str, int], seconds: int) -> None:
    """Small requests: bare Envoy, the edge with a local origin, and through the tunnel."""
    row("Small requests, kept alive", "ratio to bare Envoy", "aim")
    row("-" * 62, "-" * 24, "-" * 14)
    aims = {("direct", 32): ">= 0.6", ("tunnel", 32): ">= 0.3", ("tunnel", 256): ">= 0.35"}
    for connections in (32, 256):
        bare: list[load.Result] = []
        measured: dict[str, list[load.Result]] = {"direct": [], "tunnel": []}
        for _ in range(ROUNDS):
            cookies = found.cookies[machine.DIRECT]
            bare.append(
                load.requests(
                    ports["bare"], machine.DIRECT, cookies, connections=connections, seconds=seconds
                )
            )
            for kind, hostname in (("direct", machine.DIRECT), ("tunnel", machine.TUNNELLED)):
                measured[kind].append(
                    load.requests(
                        found.port,
                        hostname,
                        found.cookies[hostname],
                        connections=connections,
                        seconds=seconds,
                    )
                )
        base = [result.rate for result in bare]
        row(f"bare Envoy over TLS, {connections} connections", _figures(bare, base))
        for kind, words in (
            ("direct", "signed in, origin local"),
            ("tunnel", "signed in, relay and connector"),
        ):
            aim = aims.get((kind, connections), "")
            row(f"{words}, {connections} connections", _figures(measured[kind], base), aim)
            say(f"    {_latencies(measured[kind])}; bare {_latencies(bare)}")
            say(f"    in each round {_ratios(measured[kind], base)}")


def _figures(results: list[load.Result], base: list[float]) -> str:
    ratio = median(result.rate / bare for result, bare in zip(results, base, strict=True))
    errors = sum(result.errors for result in results)
    return f"{ratio:.2f} ({median(r.rate for r in results):,.0f}/s, {errors} errors)"


def _ratios(results: list[load.Result], base: list[float]) -> str:
    return " ".join(f"{result.rate / bare:.2f}" for result, bare in zip(results, base, strict=True))


def _latencies(results: list[load.Result]) -> str:
    return f"p50 {median(r.p50 for r in results):.1f} ms, p99 {median(r.p99 for r in results):.1f} ms"


def measure_service_tokens(found: machine.Machine, seconds: int) -> None:
    """Requests that the control plane decides, one by one."""
    measured = service_tokens.measure(found, seconds)
    row(f"requests by a service token, {service_tokens.CONNECTIONS} connections", measured.figures)
    say(f"    {measured.latencies}")


def measure_bulk(found: machine.Machine, seconds: int) -> None:
    """A download, small requests beside it, and what a gigabyte each way leaves behind."""
    before = {part: found.memory(part) for part in ("relay", "connector")}
    down = median(load.bulk(found, path=str(GIGABYTE))[0] for _ in range(DOWNLOADS))
    row(f"one download of 1 GiB through the tunnel, median of {DOWNLOADS}", f"{down:.0f} MB/s", ">= 300 MB/s")
    cookies = found.cookies[machine.TUNNELLED]

    def small() -> load.Result:
        return load.requests(found.port, machine.TUNNELLED, cookies, connections=4, seconds=seconds)

    alone = small()
    command = load.bulk_command(found, path=str(64 * GIGABYTE))
    bulk = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    time.sleep(0.5)
    beside = small()
    bulk.terminate()
    bulk.wait()
    row(
        "p99 of small requests beside a download, to alone",
        f"{beside.p99 / alone.p99:.1f} times",
        "< 5 times",
    )
    say(f"    alone p99 {alone.p99:.1f} ms, beside {beside.p99:.1f} ms")
    with tempfile.NamedTemporaryFile(dir=found.data, suffix=".bulk") as file:
        file.truncate(GIGABYTE)
        _, up = load.bulk(found, "-X", "POST", "-H", "Expect:", "-T", file.name, path="")
    row("one upload of 1 GiB through the tunnel", f"{up:.0f} MB/s")
    for part, start in before.items():
        row(
            f"{part}: memory after {DOWNLOADS} GiB down and 1 up, more than before",
            f"{found.memory(part) - start:.1f} MB",
            "< 50 MB",
        )


async def measure_sockets(found: machine.Machine, port: int) -> None:
    """Idle WebSockets, after a few that warm everything up."""
    async with await sockets.origin(port):
        warm = await sockets.open_many(found, machine.IDLE, 50)
        before = {part: found.memory(part) for part in ("relay", "connector", "edge")}
        many = await sockets.open_many(found, machine.IDLE, IDLE)
        with sockets.closing(warm), sockets.closing(many):
            await asyncio.sleep(1)
            for part, start in before.items():
                each = (found.memory(part) - start) * 1000 / IDLE
                aim = "" if part == "edge" else "<= 10 KB"
                row(f"{part}: memory for each of {IDLE} idle WebSockets", f"{each:.1f} KB", aim)


def measure_sign_ins(found: machine.Machine, seconds: int) -> None:
    """Whole sign-ins by password, from the form to the session."""
    deadline = time.monotonic() + seconds

    def work(index: int) -> int:
        done = 0
        while time.monotonic() < deadline:
            visitor = machine.Machine(found.data / f"visitor-{index}", found.port, found.password)
            visitor.data.mkdir(exist_ok=True)
            (visitor.data / "cookies.txt").unlink(missing_ok=True)
            visitor.sign_in(machine.DIRECT)
            done += 1
        return done

    with ThreadPoolExecutor(4) as pool:
        count = sum(pool.map(work, range(4)))
    row("sign-ins by password, form to application", f"{count / seconds:.1f} a second")


def measure_providers(found: machine.Machine, provider: subprocess.Popen[bytes], seconds: float) -> None:
    """Sign-ins through a provider on this machine; what 5,000 groups cost; what a dead provider costs."""
    sign_ins.sign_in(found, machine.OIDC)
    alone = sign_ins.through_provider(found, provider, seconds=seconds)
    row("sign-ins through a local OpenID provider", f"{alone.rate:.1f} a second")
    say(f"    processor time each: control plane {alone.control:.0f} ms, provider {alone.provider:.0f} ms")
    elapsed, size = sign_ins.with_many_groups(found)
    row("one sign-in with 5,000 group memberships (Graph)", f"{elapsed * 1000:.0f} ms")
    row("the application token that results", f"{size} bytes", "< 2,048 bytes")
    with sign_ins.pestered(found, machine.DEAD):
        beside = sign_ins.through_provider(found, provider, seconds=seconds)
    row("sign-ins beside a provider that hangs, to alone", f"{beside.rate / alone.rate:.2f}")


def measure_memory(found: machine.Machine) -> None:
    """Each process at the end."""
    for part in ("edge", "control", "relay", "connector"):
        row(f"{part}: memory at the end", f"{found.memory(part):.0f} MB")


def measure_much(found: machine.Machine, ports: dict[str, int]) -> None:
    """Each process with many applications and sessions."""
    found.grow(ports, applications=MANY, sessions=SESSIONS)
    for part in ("edge", "control"):
        words = f"{part}: memory, {MANY:,} applications, {SESSIONS:,} sessions stored"
        row(words, f"{found.memory(part):.0f} MB")


def _bulk_origin(folder: Path, port: int) -> subprocess.Popen[bytes]:
    source = folder / "bulk.bin"
    source.write_bytes(os.urandom(1 << 20) * 16)
    process = subprocess.Popen([sys.executable, "-m", "bench.bulk_origin", str(port), str(source)])
    wait_for_port(port)
    return process


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    process.wait(10)


if __name__ == "__main__":
    main()
