"""How much the audit log costs: lines chained for a second of CPU, and lines verified in a second."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from doorward.audit.checkpoints import Keys, Signer
from doorward.audit.writing import Position, request_entry
from doorward.audit_files.access_log import AccessLog
from doorward.audit_files.log import FileAuditLog
from doorward.audit_files.reading import entries, verify_folder
from doorward.bootstrap.system import SystemClock

LINE = (
    b'{"application":"hello","bytes_received":0,"bytes_sent":1234,"country":null,"decided_by":"edge",'
    b'"decision":"allow","duration_ms":2,"flags":"-","host":"hello.example.com","method":"GET",'
    b'"path":"/static/scripts/application.js","person":"ada.lovelace@example.com",'
    b'"policy":"001/allow/engineers","policy_version":"0123456789ab","reason":"policy-matched",'
    b'"request_id":"%032d","service_token":null,"session":"8d3f6a0b9c1e4f57a2b4c6d8e0f21324",'
    b'"source":"192.0.2.7","status":200,"time":"2026-11-24T19:30:45.123Z",'
    b'"user_agent":"Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"}\n'
)


def measure_audit_log(folder: Path, row: Callable[[str, str, str], None], *, lines: int = 200_000) -> None:
    """Chain and verify ``lines`` lines in ``folder``, which is for this alone."""
    access_log = folder / "access.log"
    access_log.write_bytes(b"".join(LINE % number for number in range(lines)))
    audit, clock = folder / "audit", SystemClock()
    audit.mkdir()
    signer = Signer(Ed25519PrivateKey.generate())
    log, reading = FileAuditLog(audit, signer=signer, clock=clock), AccessLog(access_log)
    began = time.process_time()
    while (batch := reading.next_lines()).lines:
        now = clock.now()
        log.take_requests([request_entry(line, now) for line in batch.lines], batch.read or Position("", 0))
        if log.is_checkpoint_due():
            log.checkpoint()
    log.checkpoint()
    spent = time.process_time() - began
    reading.close()
    log.close()
    row("audit log: requests chained for each second of one core's CPU", f"{lines / spent:,.0f}", ">= 40,000")
    began = time.monotonic()
    found = verify_folder(audit, Keys([signer.public]), [])
    seconds = (time.monotonic() - began) * 1_000_000 / found.entries
    row("audit log: verifying a million entries", f"{seconds:.1f} s", "< 20 s")
    began = time.monotonic()
    read = sum(1 for _ in entries(audit))
    seconds = (time.monotonic() - began) * 1_000_000 / read
    row("audit log: reading a million entries, typed", f"{seconds:.1f} s", "")
