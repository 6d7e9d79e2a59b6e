"""Sign-ins: by password, through an OpenID provider, with 5,000 groups, and beside a dead provider."""

from __future__ import annotations

import socket
import ssl
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from statistics import median

import httpx
import psutil

from bench.machine import GROUPS, OIDC, Machine
from bench.ports import wait_for_port
from doorward.sample.entra import seed
from tests.live.visitor import Door, Visitor

AT_ONCE = 4
TOKEN_COOKIE = "__Host-doorward-token"


@dataclass(frozen=True, slots=True)
class Rate:
    """Sign-ins a second, and the processor time (milliseconds) of control plane and provider for each."""

    rate: float
    control: float
    provider: float


@contextmanager
def entra(port: int, callback: str) -> Iterator[subprocess.Popen[bytes]]:
    """The stand-in for Entra, which signs Magda in whoever comes."""
    command = [sys.executable, "-m", "bench.entra", str(port), callback, f"magda@{seed.DOMAIN}"]
    process = subprocess.Popen(command)
    try:
        wait_for_port(port)
        yield process
    finally:
        process.terminate()
        process.wait(10)


@contextmanager
def hanging(port: int) -> Iterator[None]:
    """A provider that takes connections and never answers."""
    with socket.create_server(("127.0.0.1", port), backlog=512):
        yield


def through_provider(machine: Machine, provider: subprocess.Popen[bytes], *, seconds: float) -> Rate:
    """As many sign-ins through the OpenID provider as there is time for."""
    control, other = psutil.Process(machine.pid("control")), psutil.Process(provider.pid)
    before = _busy(control), _busy(other)
    count = _repeat(lambda: sign_in(machine, OIDC), seconds=seconds)
    after = _busy(control), _busy(other)
    each = [(end - begin) * 1000 / max(count, 1) for begin, end in zip(before, after, strict=True)]
    return Rate(count / seconds, each[0], each[1])


def with_many_groups(machine: Machine, *, rounds: int = 5) -> tuple[float, int]:
    """Seconds of a sign-in by somebody in 5,000 groups (median), and bytes of the token that results."""
    times, size = [], 0
    for _ in range(rounds):
        began = time.monotonic()
        size = len(sign_in(machine, GROUPS))
        times.append(time.monotonic() - began)
    return median(times), size


@contextmanager
def pestered(machine: Machine, hostname: str) -> Iterator[None]:
    """Within, people try again and again to sign in through the provider that never answers."""
    stop = threading.Event()

    def pester() -> None:
        while not stop.is_set():
            with _visitor(machine) as visitor:
                visitor.http.timeout = httpx.Timeout(2)
                try:
                    visitor.open(f"https://{hostname}:{machine.port}/")
                except httpx.HTTPError:
                    time.sleep(0.01)

    with ThreadPoolExecutor(AT_ONCE) as pool:
        for _ in range(AT_ONCE):
            pool.submit(pester)
        try:
            yield
        finally:
            stop.set()


def sign_in(machine: Machine, hostname: str) -> str:
    """A whole sign-in, from the application to the provider and back; the token that results."""
    url = f"https://{hostname}:{machine.port}/"
    with _visitor(machine) as visitor, httpx.Client(timeout=30) as outside:
        answer = visitor.get(url)
        for _ in range(10):
            if answer.next_request is None:
                break
            there = answer.next_request.url
            client = visitor.get if there.host.endswith(".localhost") else outside.get
            answer = client(str(there))
        token = visitor.cookies(f"https://{hostname}:{machine.port}/").get(TOKEN_COOKIE, "")
    if answer.status_code != 200 or not token:
        raise RuntimeError(f"{hostname} answered {answer.status_code}: {answer.text[:500]}")
    return token


def _visitor(machine: Machine) -> Visitor:
    context = ssl.create_default_context(cafile=str(machine.data / "keys" / "ca.pem"))
    return Visitor(door=Door(port=machine.port, context=context))


def _repeat(work: Callable[[], object], *, seconds: float) -> int:
    deadline = time.monotonic() + seconds

    def worker(_: int) -> int:
        done = 0
        while time.monotonic() < deadline:
            work()
            done += 1
        return done

    with ThreadPoolExecutor(AT_ONCE) as pool:
        return sum(pool.map(worker, range(AT_ONCE)))


def _busy(process: psutil.Process) -> float:
    times = process.cpu_times()
    return float(times.user + times.system)
