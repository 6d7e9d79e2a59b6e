"""The world of tests of services, with its stores audited."""

from __future__ import annotations

from typing import cast

from doorward.services.audited.stores import AuditedStores
from tests.fakes.audit import FakeAuditLog
from tests.fakes.stores import FakeStores
from tests.services.sample import configuration
from tests.services.world import World


def audited_world() -> tuple[World, FakeAuditLog, FakeStores]:
    """A world, its audit log, and the stores behind the audited ones."""
    audit, inner = FakeAuditLog(), FakeStores(configuration())
    # The world asks nothing of its stores that the port does not promise.
    return World(stores=cast(FakeStores, AuditedStores(inner, audit))), audit, inner
