"""The audit log of a control plane: the log, and the keeper that brings the edge's lines into it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

import httpx

from doorward import __version__
from doorward.audit.acts import Act, ActName
from doorward.audit_files.access_log import AccessLog
from doorward.audit_files.keeper import Keeper
from doorward.audit_files.log import FileAuditLog
from doorward.bootstrap import places
from doorward.bootstrap.audit_key import audit_signer
from doorward.bootstrap.data_folder import DataFolder
from doorward.ports.clock import Clock
from doorward.services.audited.configurations import configuration_facts
from doorward.services.audited.stores import AuditedStores
from doorward.stores.sql_stores import SqlStores


@dataclass(frozen=True, slots=True, kw_only=True)
class Audit:
    """``stores`` are those that services write to."""

    log: FileAuditLog
    keeper: Keeper
    stores: AuditedStores


async def join_audit(folder: DataFolder, stores: SqlStores, clock: Clock) -> Audit:
    """Open the audit log. Nothing is written yet.

    Raises Unavailable for a log or key that cannot be read.
    """
    log = FileAuditLog(folder.audit, signer=audit_signer(folder.keys, folder.audit), clock=clock)
    configuration, version = await stores.configurations.load()
    started = {"program": __version__, **configuration_facts(configuration, version)}
    keeper = Keeper(
        log,
        AccessLog(folder.path / places.ACCESS_LOG),
        checkpoints=stores.audit_checkpoints,
        reopen=reopen_logs(folder.path / places.ENVOY_ADMIN_SOCKET),
        clock=clock,
        begin=Act(name=ActName.STARTED, facts=started),
    )
    return Audit(log=log, keeper=keeper, stores=AuditedStores(stores, log))


def record_alone(folder: DataFolder, act: Act, clock: Clock) -> None:
    """Record an act on a folder on which nothing runs.

    Raises Unavailable when it cannot be recorded: then it must not be done.
    """
    log = FileAuditLog(folder.audit, signer=audit_signer(folder.keys, folder.audit), clock=clock)
    try:
        log.record_now(act)
    finally:
        log.close()


def reopen_logs(admin: Path) -> Callable[[], Awaitable[None]]:
    """Tells the Envoy behind this socket to open its logs anew. One that is away does so when it
    starts."""

    async def reopen() -> None:
        transport = httpx.AsyncHTTPTransport(uds=str(admin))
        try:
            async with httpx.AsyncClient(transport=transport, timeout=2) as client:
                await client.post("http://envoy/reopen_logs")
        except httpx.HTTPError:
            return

    return reopen
