"""The use of service tokens, in a dictionary."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from doorward.ports.service_token_uses import ServiceTokenUse
from tests.fakes.faults import Faults


class FakeServiceTokenUses:
    """Implements ``ports.service_token_uses.ServiceTokenUses``. ``writes`` counts what was written."""

    def __init__(self, faults: Faults | None = None) -> None:
        self._uses: dict[str, ServiceTokenUse] = {}
        self._faults = faults or Faults()
        self.writes = 0

    async def listed(self) -> Mapping[str, ServiceTokenUse]:
        self._faults.check()
        return dict(self._uses)

    async def write(self, uses: Sequence[ServiceTokenUse]) -> None:
        self._faults.check()
        self.writes += len(uses)
        self._uses |= {use.client_id: use for use in uses}

    async def keep_only(self, client_ids: Collection[str]) -> None:
        self._faults.check()
        self._uses = {client_id: use for client_id, use in self._uses.items() if client_id in client_ids}
