"""What many rules, applications and ended sessions cost: at the edge for each request, and from a committed
change to the edge that enforces it.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import median, quantiles

import psutil

from bench import load
from bench.table import row
from doorward.envoy.snapshot import SnapshotBuilder
from doorward.envoy.state import EdgeState, ServedApplication
from doorward.model.configuration import Configuration
from doorward.model.ids import PolicyId
from doorward.model.policy import Action, Policy
from doorward.model.rule import Rules, Selector
from doorward.policy.compilation import Compilation
from doorward.policy.destinations import Destinations
from tests.live.scaled_edge import ScaledEdge, application, scaled_edge
from tests.services.edge_settings import EDGE

MANY = 1_000
SESSIONS = 10_000
RULES = (1, 10, 100, 1_000)
CONNECTIONS = 32
EDGE_THREADS = 2


@dataclass(frozen=True, slots=True)
class Bare:
    """The bare Envoy that everything is compared with, the origin behind it, and for how long."""

    port: int
    origin_port: int
    seconds: int
    rounds: int


def measure_scale(folder: Path, bare: Bare) -> None:
    """All of it."""
    measure_building()
    asyncio.run(_measure_rules(folder, bare))
    asyncio.run(_measure_many(folder, bare))


def policy_of(count: int) -> Policy:
    """A policy with so many rules of every common kind; Ada fits the last one only."""
    kinds = (
        lambda n: Selector("email", f"person-{n}@corp.com"),
        lambda n: Selector("group", f"group-{n}"),
        lambda n: Selector("email_domain", f"team-{n}.example"),
        lambda n: Selector("ip_range", f"10.{n // 256}.{n % 256}.0/24"),
    )
    others = [kinds[number % len(kinds)](number) for number in range(count - 1)]
    include = (*others, Selector("email", "ada@corp.com"))
    return Policy(id=PolicyId("people"), action=Action.ALLOW, rules=Rules(include=include))


def measure_building() -> None:
    """Processor time of compiling and building, without a store or an edge."""
    configuration = Configuration(applications=tuple(application(n, 8080, policy_of(8)) for n in range(MANY)))
    began = time.process_time()
    compiled = Compilation.of(configuration)
    half = time.process_time()
    builder = SnapshotBuilder(EDGE)
    builder.build(_state(configuration, compiled))
    done = time.process_time()
    first, *others = configuration.applications
    changed = replace(configuration, applications=(replace(first, generation=1), *others))
    builder.build(_state(changed, Compilation.of(changed, before=compiled)))
    again = time.process_time()
    figures = f"{half - began:.2f} + {done - half:.2f} s"
    row(f"processor time of compiling and building {MANY:,} applications", figures, "<= 1 s")
    row("the same when one of them changed", f"{(again - done) * 1000:.0f} ms")


def _state(configuration: Configuration, compiled: Compilation) -> EdgeState:
    return EdgeState(
        generation=configuration.generation,
        applications=[
            ServedApplication(application=each, compiled=compiled.applications[each.id])
            for each in configuration.applications
        ],
        destinations=Destinations.of(configuration.applications),
        machines=[],
        revoked=[],
        jwks='{"keys": []}',
        certificate="",
        private_key="",
    )


@asynccontextmanager
async def _edge(folder: Path, name: str, bare: Bare, applications: int) -> AsyncIterator[ScaledEdge]:
    made = scaled_edge(
        folder / name,
        applications,
        concurrency=EDGE_THREADS,
        origin_port=bare.origin_port,
        policies=[policy_of(1)],
    )
    async with made as edge:
        yield edge


async def _measure_rules(folder: Path, bare: Bare) -> None:
    """Rules on one application, and ended sessions."""
    async with _edge(folder, "r", bare, 1) as edge:
        for count in RULES:
            await edge.change(0, policy_of(count))
            await edge.settled()
            aim = ">= 0.5" if count == 100 else ""
            await _compare(edge, bare, f"{count:,} rules on the application", aim)
        await edge.change(0, policy_of(1))
        await edge.sessions.end([await edge.session() for _ in range(MANY)])
        await edge.settled()
        await _compare(edge, bare, f"{MANY:,} revoked sessions")


async def _measure_many(folder: Path, bare: Bare) -> None:
    """Many applications: a request, a change until it is enforced, memory."""
    async with _edge(folder, "m", bare, MANY) as edge:
        await _compare(edge, bare, f"{MANY:,} applications")
        times = 10 * bare.rounds
        revoked = [await _revocation(edge) for _ in range(times)]
        _row_of_times(f"revocation committed until enforced, {MANY:,} applications", revoked)
        narrowed = [await _narrowing(edge, number) for number in range(times)]
        _row_of_times(f"policy committed until enforced, {MANY:,} applications", narrowed)
        connection = await edge.connected("")
        for _ in range(SESSIONS):
            connection.token = await edge.token()
            await connection.status()
        used = psutil.Process(edge.process.pid).memory_info().rss / 1e6
        row(f"edge: memory with {MANY:,} applications, {SESSIONS:,} sessions", f"{used:.0f} MB")


async def _compare(edge: ScaledEdge, bare: Bare, words: str, aim: str = "") -> None:
    cookies = f"__Host-doorward-token={await edge.token()}"
    results: list[load.Result] = []
    base: list[float] = []
    for _ in range(bare.rounds):
        for port in (bare.port, edge.port):
            found = await asyncio.to_thread(
                load.requests,
                port,
                "app-0.localhost",
                cookies,
                connections=CONNECTIONS,
                seconds=bare.seconds,
            )
            if port == bare.port:
                base.append(found.rate)
            else:
                results.append(found)
    ratio = median(found.rate / rate for found, rate in zip(results, base, strict=True))
    errors = sum(found.errors for found in results)
    row(f"signed in, origin local, {words}", f"{ratio:.2f} ({errors} errors)", aim)


async def _revocation(edge: ScaledEdge) -> float:
    """Seconds from ending a session to the first request that the edge does not let in."""
    session = await edge.session()
    connection = await edge.connected(await edge.token(1, session=session), 1)
    await connection.status()
    return await _until_refused(edge.sessions.end([session]), connection.refused())


async def _narrowing(edge: ScaledEdge, number: int) -> float:
    """Seconds from the committed narrower policy of an application to its enforcement."""
    await edge.settled()
    number += 2
    connection = await edge.connected(await edge.token(number), number)
    await connection.status()
    before, version = await edge.stores.configurations.load()
    others = tuple(each for each in before.applications if each.id != f"app-{number}")
    narrower = application(number, edge.origin_port, _nobody())
    await edge.stores.configurations.save(replace(before, applications=(*others, narrower)), expected=version)
    return await _until_refused(edge.publisher.publish(), connection.refused())


def _nobody() -> Policy:
    include = (Selector("email", "bob@corp.com"),)
    return Policy(id=PolicyId("people"), action=Action.ALLOW, rules=Rules(include=include))


async def _until_refused(change: Awaitable[object], refused: Awaitable[None]) -> float:
    async def elapsed() -> float:
        began = time.monotonic()
        await refused
        return time.monotonic() - began

    _, seconds = await asyncio.gather(change, elapsed())
    return seconds


def _row_of_times(name: str, seconds: Sequence[float]) -> None:
    p99 = quantiles(seconds, n=100, method="inclusive")[98]
    row(name, f"p50 {median(seconds) * 1000:.0f}, p99 {p99 * 1000:.0f} ms", "p99 <= 1 s")
