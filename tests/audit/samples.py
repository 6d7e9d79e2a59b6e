"""Chains, keys and lines for tests of the audit log."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from doorward.audit.acts import Act, ActName
from doorward.audit.chain import BEGINNING, Link, chained
from doorward.audit.checkpoints import Keys, Signer
from doorward.audit.writing import act_entry, checkpoint_entry, segment_entry
from tests.fakes.clock import START

SIGNER = Signer(Ed25519PrivateKey.from_private_bytes(bytes(range(32))))
OTHER_SIGNER = Signer(Ed25519PrivateKey.from_private_bytes(bytes(32)))
KEYS = Keys([SIGNER.public])


def request_line(number: object = 1, *, time: object = "2026-03-01T12:00:00.000Z", **fields: object) -> bytes:
    """A line as the edge writes it, with fields in Envoy's order."""
    line = {
        "application": "hello",
        "bytes_received": 0,
        "bytes_sent": 11,
        "country": None,
        "decided_by": "edge",
        "decision": "allow",
        "duration_ms": 3,
        "flags": "-",
        "host": "hello.example.com",
        "method": "GET",
        "path": "/",
        "person": "ada@example.com",
        "policy": "1/allow/engineers",
        "policy_version": "-",
        "reason": "policy-matched",
        "request_id": f"r{number}",
        "service_token": None,
        "session": "s1",
        "source": "192.0.2.7",
        "status": 200,
        "time": time,
        "user_agent": "Browser/1",
        **fields,
    }
    return json.dumps(line, separators=(",", ":")).encode()


def act(number: int = 1, now: datetime = START) -> bytes:
    return act_entry(Act(name=ActName.SIGNED_IN, facts={"number": number}), now)


def segment(
    after: Link, number: int, entries: Sequence[bytes], *, signer: Signer | None = SIGNER
) -> tuple[Link, list[bytes]]:
    """A segment's lines, closed by a checkpoint unless there is no signer."""
    link, data = chained(after, [segment_entry(number, START, None), *entries])
    if signer is not None:
        link, more = chained(link, [checkpoint_entry(signer.sign(link, START), None)])
        data += more
    return link, data.splitlines(keepends=True)


def two_segments() -> tuple[Link, list[list[bytes]]]:
    """A log of two segments; entries 1 to 5 and 6 to 10."""
    middle, first = segment(BEGINNING, 1, [act(1), request_line(1), act(2)])
    end, second = segment(middle, 2, [request_line(2), act(3), request_line(3)])
    return end, [first, second]
