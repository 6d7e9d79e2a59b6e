"""Requests by a machine: each is decided by the control plane, so they are set beside a person's."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from bench import load
from bench.machine import DIRECT, MACHINES, Machine

CONNECTIONS = 32
ROUNDS = 4


@dataclass(frozen=True, slots=True)
class Measured:
    """Requests by a service token, and those of a signed-in person in the same rounds."""

    machine: Sequence[load.Result]
    person: Sequence[load.Result]

    @property
    def figures(self) -> str:
        """The rate, its ratio to a person's, and what went wrong."""
        pairs = zip(self.machine, self.person, strict=True)
        ratio = median(machine.rate / person.rate for machine, person in pairs)
        rate = median(result.rate for result in self.machine)
        errors = sum(result.errors for result in self.machine)
        return f"{rate:,.0f}/s ({ratio:.2f} of a person's, {errors} errors)"

    @property
    def latencies(self) -> str:
        """Milliseconds."""
        p50, p99 = (median(getattr(result, name) for result in self.machine) for name in ("p50", "p99"))
        return f"p50 {p50:.1f} ms, p99 {p99:.1f} ms"


def measure(found: Machine, seconds: int) -> Measured:
    """Small requests over kept-alive connections, in turns."""
    made = json.loads(found.command("service-token", "create", "bench", "--json"))
    headers = {"CF-Access-Client-Id": made["client_id"], "CF-Access-Client-Secret": made["secret"]}
    by_machine: list[load.Result] = []
    by_person: list[load.Result] = []
    for _ in range(ROUNDS):
        by_machine.append(
            load.requests(found.port, MACHINES, "", headers=headers, connections=CONNECTIONS, seconds=seconds)
        )
        by_person.append(
            load.requests(found.port, DIRECT, found.cookies[DIRECT], connections=CONNECTIONS, seconds=seconds)
        )
    return Measured(by_machine, by_person)
