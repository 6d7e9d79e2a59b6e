"""Record first, then do; and say so where it could not be done after all."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress

from doorward.audit.acts import Act, ActName
from doorward.model.errors import AccessError, Unavailable
from doorward.ports.audit import AuditLog
from doorward.services.acting import acting


@asynccontextmanager
async def recorded(audit: AuditLog, name: ActName, facts: Mapping[str, object]) -> AsyncIterator[None]:
    """The act is on the disk before the block begins. An error of ours in the block is recorded too.

    Raises Unavailable when the act cannot be written; then the block is not run.
    """
    sequence = await audit.record(Act(name=name, facts=facts, by=acting()))
    try:
        yield
    except AccessError as error:
        undone = {"sequence": sequence, "act": str(name), "problem": str(error)}
        with suppress(Unavailable):  # the error itself matters more
            await audit.record(Act(name=ActName.NOT_DONE, facts=undone, by=acting()))
        raise
